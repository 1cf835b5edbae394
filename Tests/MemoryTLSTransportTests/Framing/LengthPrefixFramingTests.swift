import MemoryTLSTransport
import Testing

@Suite struct LengthPrefixFramingTests {
  typealias Width = LengthPrefixFraming.Width
  typealias ByteOrder = LengthPrefixFraming.ByteOrder

  @Test(
    arguments: [
      (.one, .bigEndian, [5]), (.one, .littleEndian, [5]), (.two, .bigEndian, [0, 5]),
      (.two, .littleEndian, [5, 0]), (.four, .bigEndian, [0, 0, 0, 5]),
      (.four, .littleEndian, [5, 0, 0, 0]),
    ] as [(Width, ByteOrder, [UInt8])])
  func `the length comes first`(width: Width, order: ByteOrder, header: [UInt8]) throws {
    let framing = LengthPrefixFraming(width, order)
    let hello = Array("hello".utf8)
    #expect(framing.encoding("hello") == header + hello)
    #expect(try framing.decoding(header + hello).payloads == [hello])
  }

  @Test func `every byte of the length counts`() throws {
    let payload = pattern(0x1_0203)
    let big = try LengthPrefixFraming(.four).decoding([0, 1, 2, 3] + payload)
    let little = try LengthPrefixFraming(.four, .littleEndian).decoding([3, 2, 1, 0] + payload)
    #expect(big.payloads == [payload] && little.payloads == [payload])
    let short = pattern(0x0201)
    #expect(LengthPrefixFraming(.two).encoding([short]).prefix(2) == [2, 1])
    #expect(LengthPrefixFraming(.two, .littleEndian).encoding([short]).prefix(2) == [1, 2])
    #expect(LengthPrefixFraming(.four).encoding([short]).prefix(4) == [0, 0, 2, 1])
  }

  @Test(arguments: Width.allCases, ByteOrder.allCases)
  func `empty frames have empty payloads`(width: Width, order: ByteOrder) throws {
    let empty = [UInt8](repeating: 0, count: width.rawValue)
    let framing = LengthPrefixFraming(width, order)
    let frames = empty + framing.encoding("x") + empty
    #expect(try framing.decoding(frames).payloads == [[], [UInt8(ascii: "x")], []])
  }

  @Test(arguments: Width.allCases, ByteOrder.allCases)
  func `a longer length is refused as soon as it is read`(width: Width, order: ByteOrder) throws {
    let framing = LengthPrefixFraming(width, order, limit: 100)
    let error = FramingError.oversized(length: 101, limit: 100)
    let header = LengthPrefixFraming(width, order).encoding([pattern(101)]).prefix(width.rawValue)
    #expect(throws: error) { try framing.decoding(Array(header)) }
    #expect(try framing.decoding(framing.encoding([pattern(100)])).payloads == [pattern(100)])
  }

  @Test(arguments: ByteOrder.allCases)
  func `the longest length of four bytes is refused, not added to`(order: ByteOrder) {
    let framing = LengthPrefixFraming(.four, order)
    #expect(throws: FramingError.oversized(length: 0xFFFF_FFFF, limit: 1 << 20)) {
      try framing.decoding([0xFF, 0xFF, 0xFF, 0xFF, 0])
    }
    let unlimited = LengthPrefixFraming(.four, order, limit: .max)
    #expect(unlimited.largestFrame == 0xFFFF_FFFF + 4)
    #expect(throws: Never.self) { try unlimited.decoding([0xFF, 0xFF, 0xFF, 0xFF, 0]) }
  }

  @Test func `limits are what the width can say`() {
    let limits = Width.allCases.map { LengthPrefixFraming($0).limit }
    #expect(limits == [255, 65535, 1 << 20])
    #expect(Width.allCases.map { LengthPrefixFraming($0).largestPayload } == [255, 16384, 16384])
    #expect(Width.allCases.map { LengthPrefixFraming($0).largestFrame } == [256, 65537, 1_048_580])
    #expect([Int.min, -1, 0].map { LengthPrefixFraming(.two, limit: $0).limit } == [1, 1, 1])
    #expect(LengthPrefixFraming(.two).scope == .connection)
  }
}
