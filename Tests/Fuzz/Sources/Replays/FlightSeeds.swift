import Foundation
import MemoryTLS
import MemoryTLSFlights

/// What is made of the conversations in Fixtures/captures.
enum FlightSeeds {
  /// Captures as they are, of several link types, and as ours are written.
  static func captures() throws -> [String: [UInt8]] {
    let names = ["no-common-version.pcap", "cooked-1.pcap", "cooked-2.pcapng", "tls13-ipv6.pcapng"]
    var seeds: [String: [UInt8]] = [:]
    for name in names { seeds[name] = try capture(name) }
    let log = try logs(of: "no-common-suite.pcap")[0]
    for format in CaptureFormat.allCases { seeds["written, \(format)"] = log.capture(as: format) }
    for (name, link) in links { seeds["written, \(name)"] = relinked(log, link.type, link.header) }
    return seeds
  }

  /// What stands before an IPv4 packet on other links than Ethernet, or on that with VLAN tags.
  private static let links: [String: (type: UInt8, header: [UInt8])] = [
    "raw IP": (101, []), "BSD loopback": (0, [2, 0, 0, 0]),
    "OpenBSD loopback": (108, [0, 0, 0, 2]),
    "VLAN": (1, [UInt8](repeating: 0, count: 12) + [0x88, 0xA8, 0, 1, 0x81, 0, 0, 2, 8, 0]),
  ]

  /// A log as classic pcap, whose packets stand behind another header.
  private static func relinked(_ log: FlightLog, _ type: UInt8, _ header: [UInt8]) -> [UInt8] {
    let bytes = log.capture(as: .pcap)
    var file = Array(bytes.prefix(20)) + [type, 0, 0, 0]
    var rest = bytes.dropFirst(24)
    while rest.count > 16 {
      let count = rest.dropFirst(8).prefix(2).reversed().reduce(0) { $0 << 8 | Int($1) }
      let packet: [UInt8] = header + Array(rest.dropFirst(16 + 14).prefix(count - 14))
      let size = [UInt8(packet.count & 0xFF), UInt8(packet.count >> 8), 0, 0]
      file += Array(rest.prefix(8)) + size + size + packet
      rest = rest.dropFirst(16 + count)
    }
    return file
  }

  /// Logs as text: bare, and with all that can stand there.
  static func texts() throws -> [String: [UInt8]] {
    var log = try logs(of: "no-common-suite.pcap")[0]
    let bare = log.flights.map { FlightLog($0) }
    log.metadata.openssl = OpenSSLVersion.text
    log.metadata.role = .both
    (log.metadata.clientSeed, log.metadata.serverSeed, log.metadata.identity) = (1, .max, 7)
    (log.metadata.time, log.metadata.serverName) = (1_700_000_000, "localhost")
    (log.metadata.options, log.metadata.comments) = (["--tls 1.2"], ["a\nb\\", ""])
    log.metadata.keyLog = ["CLIENT_RANDOM 00 11"]
    log.metadata.extra = [.init(key: "x-a-1", value: "ä")].compactMap(\.self)
    log = Dissection(log).annotated
    log.append([], .clientToServer, notes: [.write([]), .write([1, 2])])
    return [
      "everything": Array(log.text.utf8), "a flight": Array(bare[1].text.utf8), "empty": [],
    ]
  }

  /// Conversations with their secrets.
  static func messages() throws -> [String: [UInt8]] {
    let names = [
      "tls13-hello-retry.pcapng", "tls13-early-data.pcapng", "tls13-client-certificate.pcapng",
      "tls12-gnutls.pcap", "tls12-session-id.pcapng", "tls12-chacha20.pcapng",
      "tls13-key-update.pcapng",
    ]
    var seeds: [String: [UInt8]] = [:]
    for name in names {
      let log = try logs(of: name).last ?? FlightLog()
      seeds[name] = MessagesDriver.input(log, keyLog: log.metadata.keyLog)
    }
    return seeds
  }

  /// The logs of a capture, with its secrets.
  private static func logs(of name: String) throws -> [FlightLog] {
    let keys = folder.appending(path: name).deletingPathExtension().appendingPathExtension("keys")
    let lines = try? String(contentsOf: keys, encoding: .utf8).split(separator: "\n")
    return try Capture(capture(name)).streams.compactMap(\.log).map { log in
      var log = log
      log.metadata.keyLog += (lines ?? []).map(String.init)
      return log
    }
  }

  private static func capture(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: name)))
  }

  private static let folder = Inputs.folder.appending(path: "../captures").standardized
}

extension FlightLog {
  /// A log of one flight.
  fileprivate init(_ flight: Flight) {
    self.init()
    append(flight.bytes, flight.direction)
  }
}
