import MemoryTLS
@testable import MemoryTLSFlights
import Testing

@Suite struct FlightLogCaptureTests {
  @Test(arguments: CaptureFormat.allCases)
  func `what is written is read back`(format: CaptureFormat) throws {
    for endpoints in [nil, "127.0.0.1:40000 127.0.0.1:8443", "[::1]:40000 [2001:db8::2]:8443"] {
      var log = conversation
      log.metadata.endpoints = endpoints
      let capture = try Capture(log.capture(as: format))
      #expect(capture.damage == nil && capture.skipped.count == 0 && capture.streams.count == 1)
      let stream = try #require(capture.streams.first)
      #expect(stream.log?.flights == log.flights)
      #expect(stream.endpoints == endpoints ?? "192.0.2.1:49152 192.0.2.2:443")
      #expect(stream.holes == [] && stream.byteCounts.clientToServer == 52 + 20_000)
    }
  }

  @Test func `secrets and comments are read back from pcapng`() throws {
    var log = conversation
    let random = Hexadecimal.text(Array(0..<32))
    log.metadata.keyLog = [
      "CLIENT_TRAFFIC_SECRET_0 \(random) aabb", "EXPORTER_SECRET \(random) cc",
    ]
    log.metadata.comments = [
      "a test", "ein \u{fc}bler \u{1F512}", String(repeating: "x", count: 70_000),
    ]
    let new = try Capture(log.capture(as: .pcapng))
    #expect(new.keyLog == log.metadata.keyLog)
    #expect(new.streams.first?.log?.metadata.keyLog == log.metadata.keyLog)
    #expect(new.comments.prefix(2) == log.metadata.comments.prefix(2))
    #expect(
      new.comments.map(\.utf8.count) == log.metadata.comments.map { min($0.utf8.count, 65535) })
    let old = try Capture(log.capture(as: .pcap))
    #expect(old.keyLog == [] && old.comments == [])
  }

  @Test func `a comment that does not fit ends with a whole character`() throws {
    for (count, kept) in [(65_531, 65_535), (65_532, 65_532), (65_534, 65_534)] {
      var log = conversation
      log.metadata.comments = [String(repeating: "x", count: count) + "\u{1F512}\u{1F512}"]
      let comment = try #require(try Capture(log.capture(as: .pcapng)).comments.first)
      #expect(log.metadata.comments[0].hasPrefix(comment) && comment.utf8.count == kept)
    }
  }

  @Test(arguments: [
    "", "127.0.0.1:1", "127.0.0.1:1 [::1]:2", "127.0.0.1:1 127.0.0.1:1", "localhost:1 localhost:2",
    "1.2.3:1 1.2.3.4:2", "1.2.3.256:1 1.2.3.4:2", "1.2.3.4:1 1.2.3.4:65536", "[:::]:1 [::1]:2",
    "[1:2:3:4:5:6:7:8:9]:1 [::1]:2", "[1:2:3:4:5:6:7]:1 [::1]:2", "[12345::]:1 [::1]:2",
    "[1:2:3:4:5:6:7::8]:1 [::1]:2", "[::g]:1 [::1]:2", "a b c",
  ])
  func `endpoints that are no addresses are made up`(endpoints: String) throws {
    var log = conversation
    log.metadata.endpoints = endpoints
    let stream = try #require(try Capture(log.capture(as: .pcap)).streams.first)
    let isVersion6 = endpoints == "[1:2:3:4:5:6:7::8]:1 [::1]:2"
    #expect(stream.endpoints == "192.0.2.1:49152 192.0.2.2:443" || isVersion6)
  }

  @Test func `the port of a protocol that begins in plaintext becomes that of TLS`() throws {
    for (port, written) in [(25, 443), (5432, 443), (8443, 8443), (465, 465)] {
      var log = conversation
      log.metadata.endpoints = "127.0.0.1:50000 127.0.0.1:\(port)"
      let stream = try #require(try Capture(log.capture(as: .pcap)).streams.first)
      #expect(stream.endpoints == "127.0.0.1:50000 127.0.0.1:\(written)")
    }
  }

  @Test func `addresses of IPv6 are read in their forms`() throws {
    for (text, canonical) in [
      ("[::]:1", "[::]:1"), ("[1::]:1", "[1::]:1"), ("[0:0:0:0:0:0:0:1]:1", "[::1]:1"),
      ("[FE80::00aB]:1", "[fe80::ab]:1"), ("[1:2:3:4:5:6:7:8]:1", "[1:2:3:4:5:6:7:8]:1"),
    ] {
      var log = conversation
      log.metadata.endpoints = "\(text) [::5]:2"
      let stream = try #require(try Capture(log.capture(as: .pcap)).streams.first)
      #expect(stream.endpoints == "\(canonical) [::5]:2")
    }
  }

  @Test(arguments: CaptureFormat.allCases)
  func `flights without a time go on from the one before them`(format: CaptureFormat) throws {
    var log = FlightLog()
    log.metadata.time = 1_700_000_000
    log.append(TestBytes.clientHello, .clientToServer)
    log.append(TestBytes.serverHello, .serverToClient)
    log.append([1], .clientToServer, at: Timestamp(seconds: 1_800_000_000, nanoseconds: 5))
    log.append([2], .serverToClient)
    let capture = try Capture(log.capture(as: format))
    let flights = try #require(capture.streams.first?.log).flights
    #expect(
      flights.map(\.time?.description) == [
        "1700000000.000003000", "1700000000.000005000", "1800000000.000000005",
        "1800000000.000000005",
      ])
    #expect(capture.streams.first?.firstTime == Timestamp(seconds: 1_700_000_000))
  }

  @Test(arguments: CaptureFormat.allCases)
  func `times that no capture can say are the nearest`(format: CaptureFormat) throws {
    for seconds in [.min, -1, 0, 5_000_000_000, 20_000_000_000, .max] as [Int64] {
      var log = FlightLog()
      let time = try #require(Timestamp(seconds: seconds, nanoseconds: 999_999_999))
      log.append(TestBytes.clientHello, .clientToServer, at: time)
      log.append(TestBytes.serverHello, .serverToClient)
      let last = format == .pcap ? 4_294_967_295 : 18_446_744_073 as Int64
      let flights = try #require(try Capture(log.capture(as: format)).streams.first?.log).flights
      #expect(flights.first?.time?.seconds == min(max(0, seconds), last))
    }
  }

  @Test func `a log without flights is a connection without bytes`() throws {
    let capture = try Capture(FlightLog().capture(as: .pcapng))
    #expect(capture.packetCount == 6 && capture.streams.count == 1)
    #expect(capture.streams.first?.log == nil)
  }

  @Test(.needsTshark, arguments: CaptureFormat.allCases)
  func `tshark finds nothing wrong in what is written`(format: CaptureFormat) throws {
    let wrong =
      "_ws.malformed || _ws.expert.severity >= 6291456 || tcp.analysis.flags"
      + " || tcp.checksum.status == Bad || ip.checksum.status == Bad"
    for endpoints in ["127.0.0.1:40000 127.0.0.1:8443", "[::1]:40000 [::1]:8443"] {
      var log = conversation
      log.metadata.endpoints = endpoints
      let file = log.capture(as: format)
      let options = ["tcp.check_checksum:TRUE", "ip.check_checksum:TRUE"]
      let found = try Tshark.lines(of: file, "-o", options[0], "-o", options[1], "-Y", wrong)
      #expect(found == [])
      let good = "tcp.checksum.status == Good"
      let checked = try Tshark.lines(of: file, "-o", options[0], "-o", options[1], "-Y", good)
      #expect(checked.count == (try Capture(file).packetCount))
      let sent = log.byteCount - 20_052
      for (address, side) in try Tshark.follow(0, of: file) {
        #expect(side.missing == nil)
        #expect(side.bytes.count == (address.hasSuffix("40000") ? 20_052 : sent))
      }
    }
  }

  /// Two flights are of many segments, one ends at the end of a segment.
  private var conversation: FlightLog {
    var log = FlightLog()
    func time(_ nanoseconds: UInt32) -> Timestamp? {
      Timestamp(seconds: 1_700_000_000, nanoseconds: nanoseconds)
    }
    log.append(TestBytes.clientHello, .clientToServer, at: time(1))
    log.append(TestBytes.serverHello, .serverToClient, at: time(1_000_002))
    log.append(records(19_995), .clientToServer, at: time(2_000_003))
    log.append(records(1460 * 4 - 5), .serverToClient, at: time(2_000_003))
    for _ in 0..<5 { log.append(records(12_000), .serverToClient) }
    return log
  }

  /// Bytes in records, with headers of 5 bytes.
  private func records(_ count: Int) -> [UInt8] {
    let (first, rest) = (min(count, 16_000), count - 16_000)
    return TestBytes.record(23, TestBytes.noise(first)) + (rest > 0 ? records(rest - 5) : [])
  }
}
