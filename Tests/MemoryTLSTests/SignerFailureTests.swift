@testable import MemoryTLS
import MemoryTLSTesting
import Synchronization
import Testing

/// A private key that is a closure, when it does not sign or does something else.
@Suite(.withAllAndNeededAlgorithms) struct SignerFailureTests {
  private struct OutOfReach: Error, CustomStringConvertible {
    let description = "the security module does not answer"
  }

  /// A pair whose client or server signs with a closure.
  private func pair(
    _ version: ProtocolVersion, serverSigns: Bool, _ signer: Signer
  ) throws -> EnginePair {
    try Settings(version).mutual.changed {
      if serverSigns {
        $0.server.identities = [Settings.localhost.identity(signedBy: signer)]
      } else {
        $0.client.identities = [Settings.user.identity(signedBy: signer)]
      }
    }.pair()
  }

  @Test(arguments: versions, bothRoles)
  func `a signer that throws fails the handshake, and the peer is told`(
    version: ProtocolVersion, serverSigns: Bool
  ) throws {
    let pair = try pair(version, serverSigns: serverSigns, Signer { _, _ in throw OutOfReach() })
    #expect(throws: PairFailure.self) { try pair.settle() }
    let (signing, other) = serverSigns ? (pair.server, pair.client) : (pair.client, pair.server)
    #expect(signing.error?.code == .signingFailed && signing.error?.fault == .environment)
    #expect(signing.error?.message.contains("the security module does not answer") == true)
    #expect(signing.error?.alert == .init(alert: .internalError, origin: .sent))
    #expect(signing.error?.phase == .handshake && signing.engine.terminalError != nil)
    _ = pair.step()
    #expect(other.error?.alert == .init(alert: .internalError, origin: .received))
    #expect(other.error?.code == .alertReceived)
  }

  @Test(arguments: versions)
  func `what is no signature by the certificate's key is never sent`(
    version: ProtocolVersion
  ) throws {
    let stranger = Agent(Settings.stranger.privateKey)
    let wrong: [(Signer, String)] = [
      (stranger.signer, "no ecdsa_secp256r1_sha256 signature by the certificate's key"),
      (Signer { _, _ in [] }, "no ecdsa_secp256r1_sha256 signature"),
      (Signer { _, _ in text(5000) }, "a signature of 5000 bytes exceeds 72"),
    ]
    for (signer, words) in wrong {
      let pair = try pair(version, serverSigns: true, signer)
      #expect(throws: PairFailure.self) { try pair.settle() }
      #expect(pair.server.error?.code == .signingFailed)
      #expect(pair.server.error?.message.contains(words) == true, "\(pair.server.error as Any)")
      _ = pair.step()
      #expect(pair.client.error?.alert?.alert == .internalError)
    }
  }

  @Test(arguments: versions)
  func `calling the engine from its signer changes nothing`(version: ProtocolVersion) throws {
    let agent = Agent(Settings.localhost.privateKey)
    let gate = Gate()
    let codes = Mutex<[TLSError.Code]>([])
    let signer = Signer { scheme, message in
      gate.whenOpened()
      return try agent.sign(scheme, message)
    }
    let pair = try pair(version, serverSigns: true, signer)
    let server = pair.server.engine
    gate.whenOpened = {
      for call in [{ _ = try server.step() }, { _ = try server.close() }] {
        let error = #expect(throws: TLSError.self) { try call() }
        codes.withLock { $0.append(error?.code ?? .unexpected) }
      }
    }
    try pair.settle()
    #expect(codes.withLock { $0 } == [.reentered, .reentered])
    gate.whenOpened = {}
  }

  @Test(arguments: versions)
  func `a signer may use other engines, whose failures are their own`(
    version: ProtocolVersion
  ) throws {
    let agent = Agent(Settings.localhost.privateKey)
    let signer = Signer { scheme, message in
      let inner = try self.pair(version, serverSigns: true, Signer { _, _ in throw OutOfReach() })
      #expect(throws: PairFailure.self) { try inner.settle() }
      #expect(inner.server.error?.code == .signingFailed)
      return try agent.sign(scheme, message)
    }
    let pair = try pair(version, serverSigns: true, signer)
    try pair.settle()
    #expect(pair.server.error == nil && agent.asked.count == 1)
    // And the other way round: the inner one succeeds, the outer one fails.
    let failing = Signer { _, _ in
      let inner = try self.pair(version, serverSigns: true, agent.signer)
      try inner.settle()
      throw OutOfReach()
    }
    let outer = try self.pair(version, serverSigns: true, failing)
    #expect(throws: PairFailure.self) { try outer.settle() }
    #expect(outer.server.error?.code == .signingFailed)
  }

  @Test(arguments: versions)
  func `engines that an observer used do not hide whose signer throws`(
    version: ProtocolVersion
  ) throws {
    let agent = Agent(Settings.localhost.privateKey)
    let observer: MessageObserver = { _ in
      #expect(throws: Never.self) {
        try self.pair(version, serverSigns: true, agent.signer).settle()
      }
    }
    let identity = Settings.localhost.identity(signedBy: Signer { _, _ in throw OutOfReach() })
    let settings = Settings(version).changed { $0.server.identities = [identity] }
    let pair = EnginePair(
      client: try TLSEngine(TLSContext(settings.client), as: .client(.name("localhost"))),
      server: try TLSEngine(TLSContext(settings.server), as: .server, observing: observer))
    #expect(throws: PairFailure.self) { try pair.settle() }
    #expect(pair.server.error?.code == .signingFailed && !agent.asked.isEmpty)
  }

  @Test(.needsOpenSSLTool)
  func `a certificate whose key no signer can stand for is refused`() throws {
    let made = try SelfSigned("ED448")
    let settings = Settings().changed {
      $0.server.identities = [Identity(chain: .bytes(made.certificate), signer: Agent([]).signer)]
    }
    let error = #expect(throws: TLSError.self) { try TLSContext(settings.server) }
    #expect(error?.code == .invalidConfiguration && error?.fault == .caller)
    #expect(error?.message.contains("ED448") == true, "\(error as Any)")
  }

  @Test func `a chain for a signer has its errors`() throws {
    let cases: [(Source, TLSError.Code)] = [
      (.bytes([]), .emptyChain), (.bytes(text(100)), .malformedCertificate),
      (.file("/absent.pem"), .unreadableFile),
    ]
    for (chain, code) in cases {
      let settings = Settings().changed {
        $0.server.identities = [Identity(chain: chain, signer: Agent([]).signer)]
      }
      let error = #expect(throws: TLSError.self) { try TLSContext(settings.server) }
      #expect(error?.code == code)
    }
  }
}

/// When the closure's captures are freed.
@Suite(.withAllAndNeededAlgorithms) struct SignerLifetimeTests {
  private enum End: CaseIterable {
    case neverUsed, blocked, done, failed, refused
  }

  @Test(arguments: versions)
  func `the closure goes with the last context and engine that may call it`(
    version: ProtocolVersion
  ) throws {
    for end in End.allCases {
      weak var agent: Agent?
      var pair: EnginePair?
      do {
        let made = Agent(Settings.localhost.privateKey)
        agent = made
        let settings = Settings(version).changed {
          $0.server.identities = [identity(end, made)]
        }
        guard end != .refused else {
          #expect(throws: TLSError.self) { try TLSContext(settings.server) }
          continue
        }
        pair = try settings.pair()
        try move(pair, to: end)
      }
      #expect((agent == nil) == (end == .refused))
      pair = nil
      #expect(agent == nil, "\(end)")
    }
  }

  private func identity(_ end: End, _ agent: Agent) -> Identity {
    let signer = Signer { scheme, message in
      if end == .failed { throw AgentFailure() }
      return try agent.sign(scheme, message)
    }
    return Identity(chain: end == .refused ? .bytes([]) : Settings.localhost.source, signer: signer)
  }

  private func move(_ pair: EnginePair?, to end: End) throws {
    switch end {
    case .neverUsed, .refused: break
    case .blocked: _ = pair?.step()
    case .done: try pair?.settle()
    case .failed: #expect(throws: PairFailure.self) { try pair?.settle() }
    }
  }

  @Test func `of a context that is refused after its key was made nothing is left`() throws {
    weak var agent: Agent?
    do {
      let made = Agent(Settings.localhost.privateKey)
      agent = made
      let identity = Settings.localhost.identity(signedBy: made)
      let settings = Settings().changed { $0.server.identities = [identity, identity] }
      #expect(throws: TLSError.self) { try TLSContext(settings.server) }
    }
    #expect(agent == nil)
  }
}

extension TestIdentity {
  fileprivate var source: Source { .bytes(chain.flatMap { $0 }) }
}
