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
    return seeds
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
