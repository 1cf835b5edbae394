import MemoryTLS
import Testing

@testable import MemoryTLSFlights

@Suite struct OutlineLadderTests {
  @Test func `each message has a line above its flight's arrow`() throws {
    let lines = Outline(try OutlineTests.recorded()).ladder().split(separator: "\n")
    let wanted = [
      "client", "1  ClientHello", "── ", "handshake", "2  ServerHello", "3  change_cipher_spec",
      "4* EncryptedExtensions", "5* Certificate", "6* CertificateVerify", "7* Finished", "◀─",
    ]
    for (line, word) in zip(lines, wanted) { #expect(line.contains(word)) }
    #expect(lines.contains { $0.contains("10* application_data") && $0.contains("\"hello\"") })
    #expect(lines.contains { $0.contains("264  localhost; TLSv1.3, TLSv1.2") })
    #expect(lines.contains { $0.contains("TLS_AES_128_GCM_SHA256; x25519") })
    #expect(lines.last == "* encrypted on its way")
  }

  @Test
  func `every rung is as wide as the others, with times and without, and colours take no room`()
    throws
  {
    for seconds in [nil, 0, 1_000_000] as [Int64?] {
      var log = FlightLog()
      log.metadata.serverName = "株式会社"
      for flight in try OutlineTests.recorded().flights {
        log.append(
          flight.bytes, flight.direction,
          at: seconds.flatMap {
            Timestamp(seconds: $0 * Int64(log.flights.count), nanoseconds: 999_999_999)
          })
      }
      log.append([21, 3, 3, 0, 2, 2, 48, 1], .serverToClient)
      let outline = Outline(log)
      let rungs = outline.ladder().split(separator: "\n").dropFirst().dropLast()
      #expect(rungs.count > 8)
      #expect(Set(rungs.map(\.columns)) == [seconds == nil ? 70 : 79])
      let colored = outline.ladder(in: .colored)
      #expect(colored.contains("\u{1B}[") && colored.withoutColors == outline.ladder())
    }
  }

  @Test func `what is not to be drawn is counted`() {
    var log = FlightLog()
    for number in 0..<9 {
      let record: [UInt8] = [21, 3, 3, 0, 2, 1, 0]
      log.append(
        Array(repeating: record, count: 5).flatMap { $0 },
        number % 2 == 0 ? .clientToServer : .serverToClient)
    }
    let ladder = Outline(log).ladder(atMost: 4)
    #expect(ladder.components(separatedBy: "35 bytes in 5 records").count == 5)
    #expect(ladder.contains("… 5 more, 175 bytes …") && ladder.contains("… 1 more, 2 bytes …"))
    #expect(ladder.contains(" 45  alert close_notify") && !ladder.contains(" 23  alert"))
    #expect(Outline(log).ladder(atMost: 0).split(separator: "\n").count == 2)
  }

  @Test func `alerts are bad news, but for close_notify`() {
    var log = FlightLog()
    log.append([21, 3, 3, 0, 2, 2, 48], .clientToServer)
    log.append([21, 3, 3, 0, 2, 1, 0], .serverToClient)
    let ladder = Outline(log).ladder(in: .colored)
    #expect(ladder.contains("\u{1B}[1;31m  alert unknown_ca\u{1B}[0m"))
    #expect(ladder.contains("  alert close_notify") && ladder.contains("fatal"))
    #expect(ladder.components(separatedBy: "\u{1B}[1;31m").count == 2)
  }

  @Test(arguments: [
    (Array("GET / HTTP/1.1\r\n".utf8), "\"GET / HTTP/1.1\\r\\n\""),
    (Array("say \"hi\\\t".utf8), "\"say \\\"hi\\\\\\t\""), ([0, 1, 2, 255], "000102ff"),
    ([], "\"\""), (Array("Grüße, 株\u{1B}[1m".utf8), "\"Grüße, 株\\u{1B}[1m\""),
    (Array(repeating: 97, count: 65), "\"\(String(repeating: "a", count: 64))…\""),
    (Array(repeating: 200, count: 17), String(repeating: "c8", count: 16) + "…"),
  ])
  func `data is shown by its beginning`(bytes: [UInt8], preview: String) {
    #expect(Preview.text(of: bytes) == preview)
  }
}

extension String {
  /// The text without what gives it colours.
  fileprivate var withoutColors: String {
    components(separatedBy: "\u{1B}[").enumerated().map { index, part in
      index == 0 ? part : part.components(separatedBy: "m").dropFirst().joined(separator: "m")
    }.joined()
  }
}
