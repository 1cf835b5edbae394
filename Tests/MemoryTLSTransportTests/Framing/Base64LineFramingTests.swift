import MemoryTLSTransport
import Testing

@Suite struct Base64LineFramingTests {
  private let framing = Base64LineFraming()

  // RFC 4648 §10, "Test Vectors".
  private static let vectors = [
    ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ]

  @Test(arguments: vectors)
  func `the vectors of RFC 4648`(text: String, encoded: String) throws {
    #expect(framing.encoding(text) == Array("\(encoded)\n".utf8))
    #expect(try framing.decoding("\(encoded)\n") == [text].bytes)
    #expect(try framing.decoding("\(encoded)\r\n") == [text].bytes)
  }

  @Test func `all 64 characters`() throws {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    let payload = try #require(try framing.decoding("\(alphabet)\n").first)
    #expect(payload.prefix(3) == [0x00, 0x10, 0x83] && payload.suffix(3) == [0xF3, 0xDF, 0xBF])
    #expect(framing.encoding([payload]) == Array("\(alphabet)\n".utf8))
  }

  @Test(arguments: [4, 8, 64, 76, 16384])
  func `full lines are as wide as asked`(width: Int) {
    let framing = Base64LineFraming(width: width)
    let line = framing.encoding([pattern(framing.largestPayload)])
    #expect(line.count == width + 1 && line.last == UInt8(ascii: "\n"))
    #expect(!line.contains(UInt8(ascii: "=")))
  }

  @Test(arguments: [4, 8, 64, 76, 16384], ["\n", "\r\n"])
  func `lines of any width and either end are read in pieces`(width: Int, end: String) throws {
    let wide = Base64LineFraming(width: width)
    let payloads = [1, 2, 3, wide.largestPayload].map { pattern($0) }
    let lines = payloads.flatMap { wide.encoding([$0]).dropLast() + end.utf8 }
    for chunking in Chunking.allCases {
      let (decoded, rest) = try framing.decoding(lines, chunking)
      #expect(decoded == payloads && rest.isEmpty)
    }
  }

  @Test func `empty lines have empty payloads`() throws {
    #expect(try framing.decoding("\n\r\nZg==\n\n") == ["", "", "f", ""].bytes)
  }

  // RFC 4648 §3.2: "Implementations MUST include appropriate pad characters at the end of encoded
  // data". §3.3: "Implementations MUST reject the encoded data if it contains characters outside the
  // base alphabet". §3.5 lets decoders refuse pad bits that are not zero.
  @Test(arguments: [
    "Z", "Zg", "Zg=", "Zm9vZg", "====", "Z===", "=Zg=", "Zg==Zg==", "Zm=v", "Zg==\r", " Zg==",
    "Zg= =", "Zm9-", "Zm9_", "Zm9\u{0}", "Z\r9v", "Zh==", "Zv==", "Zm9=", "Zm//=", "\r", "Zm9v=",
    "Zm9v====",
  ])
  func `everything else is refused`(line: String) {
    let reason = "line of \(line.utf8.count) characters is not base64"
    #expect(throws: FramingError.malformed(reason)) {
      try framing.decoding("\(line)\r\n")
    }
  }

  @Test func `bytes beyond ASCII are refused`() {
    for byte in 0x80...0xFF as ClosedRange<UInt8> {
      #expect(throws: FramingError.malformed("line of 4 characters is not base64")) {
        try framing.decoding([0x5A, 0x6D, 0x39, byte, 0x0A])
      }
    }
  }

  @Test func `a longer line is refused`() throws {
    let framing = Base64LineFraming(limit: 8)
    #expect(try framing.decoding("Zm9vYmFy\r\n") == ["foobar"].bytes)
    #expect(throws: FramingError.oversized(length: 12, limit: 8)) {
      try framing.decoding("Zm9vYmFyZm9v\n")
    }
  }

  @Test func `limits`() {
    #expect(framing.width == 76 && framing.largestPayload == 57)
    #expect(framing.limit == 65536 && framing.largestFrame == 65538)
    let widths = [Int.min, 0, 3, 4, 5, 7, 11, Int.max].map { Base64LineFraming(width: $0).width }
    #expect(widths == [4, 4, 4, 4, 4, 4, 8, 16384])
    let limits = [Int.min, 3, Int.max].map { Base64LineFraming(limit: $0).limit }
    #expect(limits == [4, 4, 1 << 24])
    #expect(framing.scope == .connection)
  }
}
