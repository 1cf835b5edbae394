import Foundation
import MemoryTLS
import MemoryTLSTesting
import Synchronization
import Testing

/// What OpenSSL keeps of a library context in each thread must not outlive it.
@Suite struct LibraryContextTests {
  @Test func `what a closure does inside a seeded engine is not seeded`() throws {
    #expect(try keyMadeInside(seed: 1) != keyMadeInside(seed: 1))
  }

  /// A ticket key that the client's observer makes.
  private func keyMadeInside(seed: UInt64) throws -> TicketKey? {
    let authority = try TestIdentity.authority(seed: seed)
    var client = TLSConfiguration()
    client.trust = authority.trust
    let keys = Mutex<[TicketKey]>([])
    let context = try TLSContext(client, entropy: .seeded(seed))
    let engine = try TLSEngine(context, as: .client(.name("localhost"))) { _ in
      if let key = try? TicketKey.random() { keys.withLock { $0.append(key) } }
    }
    _ = try engine.step()
    return keys.withLock { $0.first }
  }

  /// What a resumption hands on was read in the library context of the first connection.
  @Test func `a session outlives every context that it went through`() throws {
    var settings = try PairSettings(seed: 1)
    settings.client.identities = [try settings.authority.issue(.client, "user").identity]
    settings.client.sessionStore = SessionStore()
    settings.server.clientCertificates = .require
    settings.server.sessionStore = SessionStore()
    settings.server.tickets = .afterHandshake(1)
    let client = try TLSContext(settings.client, clock: settings.clock)
    for (number, entropy) in [Entropy.seeded(1), .system, .system, .system].enumerated() {
      let server = try TLSContext(settings.server, entropy: entropy, clock: settings.clock)
      let pair = try EnginePair(client: client, server: server)
      try pair.expectBoth(\.resumed, number > 0)
      let names = pair.server.engine.negotiated?.peerCertificates.map(\.subject)
      #expect(names == ["CN=user"])
      try pair.expectClose()
    }
  }

  @Test func `a thread may end after the seeded context that it used`() throws {
    let authority = try TestIdentity.authority(seed: 1)
    var server = TLSConfiguration()
    server.identities = [try authority.issue(.server, names: [.dns("localhost")]).identity]
    var client = TLSConfiguration()
    client.trust = authority.trust
    for seed in UInt64(0)..<3 {
      let (used, freed) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
      let over = DispatchSemaphore(value: 0)
      var contexts: [TLSContext]? = try [
        TLSContext(client, entropy: .seeded(seed)), TLSContext(server, entropy: .seeded(~seed)),
      ]
      let lent = Lent(contexts)
      Thread {
        lent.shakeHands()
        used.signal()
        freed.wait()
        over.signal()
      }.start()
      used.wait()
      contexts = nil
      #expect(lent.take() == .done)
      freed.signal()
      over.wait()
    }
  }
}

/// Two contexts that another thread uses, and nobody has behind `take()`.
private final class Lent: @unchecked Sendable {
  private var contexts: [TLSContext]?
  private var step: Step?

  init(_ contexts: [TLSContext]?) { self.contexts = contexts }

  func shakeHands() {
    guard let contexts, let pair = try? EnginePair(client: contexts[0], server: contexts[1]),
      (try? pair.settle()) != nil
    else { return }
    step = try? pair.client.engine.step()
  }

  func take() -> Step? {
    contexts = nil
    return step
  }
}
