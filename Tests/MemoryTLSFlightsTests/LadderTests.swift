import Foundation
import MemoryTLS
import MemoryTLSFlights
import Testing

@Suite struct LadderTests {
  @Test func `messages stand above an arrow, records below it, and all is equally wide`() {
    var log = FlightLog()
    log.append(record(22, 10), .clientToServer, notes: [.handshake(1, .clientToServer)])
    let answer = [2, 11].map { FlightNote.handshake($0, .serverToClient) }
    log.append(record(22, 4) + record(20, 1), .serverToClient, notes: answer)
    let rungs = log.description.split(separator: "\n")
    #expect(rungs[0].hasPrefix("client ") && rungs[0].hasSuffix(" server"))
    #expect(rungs[1].hasPrefix("  │  ClientHello "))
    #expect(rungs[2].hasPrefix("  │── 15 bytes in 1 record ──") && rungs[2].hasSuffix("─▶│"))
    #expect(rungs[3].hasPrefix("  │    handshake 15 "))
    #expect(rungs[4].hasPrefix("  │  ServerHello, Certificate "))
    #expect(rungs[5].hasPrefix("  │◀─") && rungs[5].hasSuffix("─ 15 bytes in 2 records ──│"))
    #expect(rungs[6].hasPrefix("  │    handshake 9, change_cipher_spec 6 "))
    #expect(rungs.count == 7 && Set(rungs.dropFirst().map(\.count)) == [70])
  }

  @Test func `a record cut short is counted in bytes`() {
    var log = FlightLog()
    log.append(record(22, 4) + [22, 3, 3], .clientToServer)
    #expect(log.description.contains("12 bytes in 1 record ─"))
    #expect(log.description.contains("handshake 9, 3 bytes of a record cut short "))
  }

  @Test func `equal neighbours are one, and very many are counted`() {
    var log = FlightLog()
    let notes = ([24, 24] + Array(100..<141)).map { FlightNote.handshake($0, .clientToServer) }
    log.append(record(23, 1) + record(23, 1) + record(23, 2), .clientToServer, notes: notes)
    #expect(log.description.contains("2 × application_data 6, application_data 7 "))
    #expect(log.description.contains("2 × KeyUpdate, 0x64, 0x65, "))
    #expect(log.description.contains(" 0x7a,") && log.description.contains("18 more "))
    #expect(!log.description.contains("0x7b"))
  }

  @Test(arguments: [0, 1, 2, 3, 6, 7])
  func `of more flights than wanted the middle is counted`(limit: Int) {
    var log = FlightLog()
    for size in 1...7 {
      log.append(record(23, size), size % 2 == 1 ? .clientToServer : .serverToClient)
    }
    let ladder = log.ladder(atMost: limit)
    #expect(ladder.components(separatedBy: "in 1 record").count == limit + 1)
    #expect(ladder.contains("… \(7 - limit) more, ") == (limit < 7))
    #expect(ladder.contains("application_data 6 ") == (limit > 0))
    #expect(ladder.contains("application_data 12 ") == (limit > 1))
    #expect(log.ladder() == log.ladder(atMost: 7))
  }

  @Test func `notes stand below their flight`() {
    var log = FlightLog()
    log.append(record(22, 4), .clientToServer)
    let digits = String(repeating: "a", count: 64)
    let rungs = log.ladder { flight in ["\(flight.bytes.count)", digits] }.split(separator: "\n")
    #expect(rungs[3].hasPrefix("  │ 9 ") && rungs[4] == "  │ \(digits) │")
    #expect(Set(rungs.dropFirst().map(\.count)) == [70])
  }

  @Test func `an empty log is a heading`() {
    #expect(FlightLog().description.split(separator: "\n").count == 1)
    #expect(FlightLog().ladder(atMost: -1) == FlightLog().description)
  }

  private func record(_ type: UInt8, _ count: Int) -> [UInt8] {
    [type, 3, 3, 0, UInt8(count)] + Array(repeating: 0, count: count)
  }
}
