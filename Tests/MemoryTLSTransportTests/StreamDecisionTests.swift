import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// Streams whose handshake waits for the caller.
@Suite struct StreamDecisionTests {
  @Test(arguments: versions)
  func `a stream throws what is to be decided, and goes on when it is`(
    version: ProtocolVersion
  ) throws {
    let talk = try Talk(version)
    for _ in 0..<20 where !talk.isOpen { try talk.turn { try $0.accept() } }
    #expect(talk.isOpen && talk.asked == 2)
    #expect(try talk.client.write([1, 2, 3].span) == .moved(3))
    #expect(try talk.server.receive(exactly: 3) == [1, 2, 3])
  }

  @Test(arguments: versions)
  func `until then it says so again, and moves nothing`(version: ProtocolVersion) throws {
    let talk = try Talk(version)
    _ = try talk.client.write([UInt8]().span)
    for _ in 0..<3 {
      #expect(streamError { try talk.server.handshake(until: stalled) }?.isUndecided == true)
      #expect(streamError { _ = try talk.server.receive(until: stalled) }?.isUndecided == true)
    }
    #expect(talk.server.engine.decision != nil && talk.server.base.bytesWritten == 0)
  }

  @Test(arguments: versions)
  func `a refusal reaches the peer`(version: ProtocolVersion) throws {
    let talk = try Talk(version)
    var error: StreamError<Errno>?
    for _ in 0..<20 where error == nil {
      error = talk.failure { try talk.turn { try $0.refuse(.accessDenied) } }
    }
    #expect(error?.tls?.sent(.accessDenied) == true && error?.tls?.code == .verificationFailed)
    let theirs = streamError { _ = try talk.client.receive(until: stalled) }
    #expect(theirs?.tls?.isAlert(.accessDenied) == true)
  }
}

/// A server that looks at hellos and judges clients itself, and a client.
private final class Talk {
  let client: TLSStream<MemoryChannel>
  let server: TLSStream<MemoryChannel>
  private(set) var asked = 0

  init(_ version: ProtocolVersion) throws {
    var settings = try Settings(version).mutual()
    settings.server.decisions = [.clientHello, .peerCertificate]
    let (near, far) = MemoryChannel.pair(capacity: 1 << 16)
    client = try settings.clientStream(over: near)
    server = try settings.serverStream(over: far)
  }

  var isOpen: Bool { client.engine.phase == .open && server.engine.phase == .open }

  /// Each end once; hellos are taken, and the body judges the client.
  func turn(_ judge: (TLSEngine) throws -> Void) throws {
    _ = try client.write([UInt8]().span)
    do throws(StreamError<Errno>) {
      _ = try server.write([UInt8]().span)
    } catch {
      guard case .undecided(let decision) = error else { throw error }
      asked += 1
      if case .clientHello = decision {
        try server.engine.proceed()
      } else {
        try judge(server.engine)
      }
    }
  }

  func failure(_ body: () throws -> Void) -> StreamError<Errno>? {
    do { try body() } catch { return error as? StreamError<Errno> }
    return nil
  }
}

extension StreamError {
  fileprivate var isUndecided: Bool { if case .undecided = self { true } else { false } }
}
