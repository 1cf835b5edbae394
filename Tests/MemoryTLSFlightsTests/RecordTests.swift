import MemoryTLS
import MemoryTLSFlights
import Testing

@Suite struct RecordTests {
  private static let bytes: [UInt8] = [
    22, 3, 1, 0, 3, 1, 2, 3, 23, 3, 3, 0, 0, 21, 3, 3, 0, 2, 2, 40,
  ]

  @Test func `records are cut where their headers say`() {
    let (records, rest) = Record.split(Self.bytes)
    #expect(records.map(\.contentType) == [.handshake, .applicationData, .alert])
    #expect(records.map(\.byteCount) == [8, 5, 7])
    #expect(records.map(\.version.rawValue) == [0x0301, 0x0303, 0x0303])
    #expect(rest == 0)
  }

  @Test(arguments: 0...20)
  func `what is no whole record is the rest`(count: Int) {
    let (records, rest) = Record.split(Array(Self.bytes.prefix(count)))
    #expect(records.count == (count < 8 ? 0 : count < 13 ? 1 : count < 20 ? 2 : 3))
    #expect(records.map(\.byteCount).reduce(rest, +) == count)
  }

  @Test func `nothing has no records`() {
    #expect(Record.split([]).records == [])
    #expect(Record.split([]).rest == 0)
  }

  @Test func `a record of zero length is its header`() {
    let (records, rest) = Record.split([23, 3, 3, 0, 0, 23, 3, 3, 0, 0])
    #expect(records.map(\.byteCount) == [5, 5] && rest == 0)
  }

  @Test func `the longest length that fits a header`() {
    let whole: [UInt8] = [23, 3, 3, 0xFF, 0xFF] + Array(repeating: 0, count: 0xFFFF)
    #expect(Record.split(whole).records.map(\.byteCount) == [65_540])
    #expect(Record.split(whole.dropLast()).rest == 65_539)
  }

  @Test func `garbage is cut like anything else and never traps`() {
    for first in UInt8.min...UInt8.max {
      for second in stride(from: 0, to: 256, by: 5) {
        let bytes = (0..<97).map { UInt8(truncatingIfNeeded: Int(first) * $0 + second) }
        let (records, rest) = Record.split(bytes)
        #expect(records.map(\.byteCount).reduce(rest, +) == bytes.count)
      }
    }
  }

  @Test func `unknown types and versions survive`() {
    let (records, _) = Record.split([99, 0xFE, 0xFD, 0, 1, 7])
    #expect(records.first?.contentType == ContentType(rawValue: 99))
    #expect(records.first?.version == ProtocolVersion(rawValue: 0xFEFD))
  }
}
