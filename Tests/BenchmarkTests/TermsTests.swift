import Testing

struct TermsTests {
  /// A ServerHello (RFC 8446 §4.1.3) with a session identifier of two bytes and X25519.
  private static func serverHello(suite: UInt16, _ extensions: [UInt8] = []) -> [UInt8] {
    let keyShare: [UInt8] = [0, 51, 0, 6, 0, 29, 0, 2, 1, 2]
    let all = keyShare + extensions
    let random = [UInt8](repeating: 9, count: 32)
    let body =
      [3, 3] + random + [2, 7, 7] + [
        UInt8(suite >> 8), UInt8(suite & 0xFF), 0, 0, UInt8(all.count),
      ]
      + all
    return [2, 0, 0, UInt8(body.count)] + body
  }

  private static func certificateVerify(signature count: UInt8) -> [UInt8] {
    [15, 0, 0, count + 4, 4, 3, 0, count] + [UInt8](repeating: 1, count: Int(count))
  }

  private static func trace(_ messages: [[UInt8]], toClient: Int = 500) -> Trace {
    var trace = Trace()
    for message in messages { trace.note(message, isSent: false) }
    trace.traffic.toClient = toClient
    return trace
  }

  @Test func `what was agreed on is read from the messages`() throws {
    let terms = try Terms(
      Self.trace([
        Self.serverHello(suite: 0x1302), Self.certificateVerify(signature: 70), [4, 0, 0, 0],
        [4, 0, 0, 0],
      ]))
    #expect(terms.suite == 0x1302)
    #expect(terms.group == 29)
    #expect(terms.scheme == 0x0403)
    #expect(terms.tickets == 2)
    #expect(!terms.isResumed)
  }

  @Test func `a pre-shared key that was chosen is a resumption`() throws {
    let terms = try Terms(Self.trace([Self.serverHello(suite: 0x1301, [0, 41, 0, 2, 0, 0])]))
    #expect(terms.isResumed)
  }

  @Test func `signatures of other lengths make no difference`() throws {
    func terms(_ signature: UInt8) throws -> Terms {
      try Terms(
        Self.trace(
          [Self.serverHello(suite: 0x1301), Self.certificateVerify(signature: signature)],
          toClient: 500 + Int(signature)))
    }
    #expect(try terms(70) == terms(72))
  }

  @Test func `the longest of random lengths is compared`() throws {
    func terms(_ ticket: UInt8, _ bytes: Int) throws -> Terms {
      let message = [4, 0, 0, ticket] + [UInt8](repeating: 0, count: Int(ticket))
      return try Terms(Self.trace([Self.serverHello(suite: 0x1301), message], toClient: bytes))
    }
    let joined = try terms(8, 300).joined(with: terms(9, 301))
    #expect(try joined == terms(9, 301).joined(with: terms(8, 300)))
    #expect(try joined == terms(9, 301))
  }

  @Test func `differences are told with both values`() throws {
    let one = try Terms(Self.trace([Self.serverHello(suite: 0x1301)]))
    let other = try Terms(Self.trace([Self.serverHello(suite: 0x1302)], toClient: 501))
    #expect(
      one.differences(from: other) == [
        "cipher suite 4865 and 4866", "bytes to the client 500 and 501",
      ])
    #expect(one.differences(from: one) == [])
  }

  @Test func `a ServerHello that is cut short is a failure`() {
    let whole = Self.serverHello(suite: 0x1301)
    for count in 0..<whole.count {
      #expect(throws: Failure.self) { try Terms(Self.trace([Array(whole.prefix(count))])) }
    }
  }

  @Test func `a connection without a ServerHello is a failure`() {
    #expect(throws: Failure.self) { try Terms(Self.trace([[4, 0, 0, 0]])) }
  }
}
