import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Bytes that are no session, and sessions that nobody made.
@Suite struct MalformedSessionTests {
  @Test(arguments: versions)
  func `what is cut short or goes on is refused`(version: ProtocolVersion) throws {
    let session = try Reunion(Settings(version).mutual.telling).session()
    for count in 0..<session.bytes.count {
      expectMalformed(Array(session.bytes[..<count]))
    }
    expectMalformed(session.bytes + [0])
    expectMalformed(session.bytes + session.bytes)
    expectMalformed(Array(repeating: 0x30, count: TLSSession.sizeLimit + 1))
    #expect(ERR_peek_error() == 0)
  }

  @Test(arguments: versions)
  func `what is changed is refused, or resumes nothing that it should not`(
    version: ProtocolVersion
  ) throws {
    let reunion = try Reunion(Settings(version).telling)
    let session = try reunion.session()
    var random = Noise(seed: 4)
    var survivors = 0
    for _ in 0..<4000 {
      var bytes = session.bytes
      for _ in 0...random.next(below: 3) {
        bytes[random.next(below: bytes.count)] = random.byte()
      }
      guard let changed = try? TLSSession(bytes: bytes) else { continue }
      survivors += 1
      _ = (changed.description, changed.ticketLifetime, changed.isAlive(at: 0))
      guard survivors % 8 == 0 else { continue }
      try meet(reunion, changed)
    }
    #expect(survivors > 100)
    #expect(ERR_peek_error() == 0)
  }

  @Test(arguments: [false, true])
  func `noise is refused`(looksLikeDER: Bool) {
    var random = Noise(seed: 5)
    for count in 0..<2000 {
      var bytes = random.bytes(count)
      if looksLikeDER, count > 4 {
        let rest = count - 4
        bytes.replaceSubrange(0..<4, with: [0x30, 0x82, UInt8(rest >> 8), UInt8(rest & 255)])
      }
      expectMalformed(bytes)
    }
  }

  private func expectMalformed(
    _ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: TLSError.self, sourceLocation: sourceLocation) {
      try TLSSession(bytes: bytes)
    }
    #expect(error?.code == .malformedSession, sourceLocation: sourceLocation)
    #expect(error?.fault == .caller, sourceLocation: sourceLocation)
  }

  /// A handshake with it ends, in one way or the other.
  private func meet(_ reunion: Reunion, _ session: TLSSession) throws {
    let pair = EnginePair(
      client: try TLSEngine(reunion.client, as: .client(.name("localhost")), resuming: session),
      server: try TLSEngine(reunion.server, as: .server))
    do throws(PairFailure) { try pair.settle() } catch {
      #expect(error.reason == .failed, "\(error)")
    }
  }
}
