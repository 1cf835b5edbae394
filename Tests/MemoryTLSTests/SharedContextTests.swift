@testable import MemoryTLS
import MemoryTLSTesting
import Synchronization
import Testing

/// Sixteen threads on one context of each role: whatever a context shares between its engines.
@Suite(.withAllAndNeededAlgorithms) struct SharedContextTests {
  @Test(arguments: versions)
  func `sessions of both ends are kept for all threads`(version: ProtocolVersion) async throws {
    let (clients, servers) = (SessionStore(), SessionStore(capacity: 24))
    let crowd = try Crowd(
      Settings(version).mutual.changed {
        $0.client.sessionStore = clients
        $0.server.sessionStore = servers
      })
    #expect(try await crowd.meet() > 0)
    #expect(clients.count > 0 && 1...24 ~= servers.count)
  }

  @Test(arguments: versions)
  func `ticket keys are rotated meanwhile`(version: ProtocolVersion) async throws {
    let keys = TicketKeys(try .random())
    var crowd = try Crowd(
      Settings(version).mutual.changed {
        $0.client.sessionStore = SessionStore()
        $0.server.ticketKeys = keys
      })
    crowd.afterwards = { try keys.rotate(to: .random(), keeping: 16) }
    #expect(try await crowd.meet() > 0)
    #expect(keys.previous.count == 16)
  }

  @Test(arguments: versions)
  func `hooks, revocation lists and stapled responses are shared`(
    version: ProtocolVersion
  ) async throws {
    let seen = Atomic(0)
    let response = try Settings.authority.ocspResponse(for: Settings.localhost)
    let list = try Settings.emptyRevocationList
    let hook = VerificationHook { chain in
      seen.add(chain.certificates.count, ordering: .relaxed)
      return .standsAsItIs
    }
    let settings = Settings(version).mutual.changed {
      $0.server.identities[0].ocspResponse = .bytes(response)
      $0.client.ocspStapling = .require
      for isServer in bothRoles {
        $0[isServer].verification.hook = hook
        $0[isServer].verification.revocation = .chain
        $0[isServer].verification.revocationLists = [.bytes(list)]
      }
    }
    let crowd = try Crowd(settings)
    try await crowd.meet()
    #expect(seen.load(ordering: .relaxed) == 2 * crowd.threads * crowd.meetings)
  }

  @Test(arguments: versions)
  func `decisions are made at every point, and contexts chosen by name`(
    version: ProtocolVersion
  ) async throws {
    let settings = Settings(version).mutual.changed {
      $0.client.decisions = [.certificate, .peerCertificate]
      $0.client.identities = []
      $0.server.decisions = [.clientHello, .peerCertificate]
    }
    var contexts = NamedContexts()
    try contexts.add(TLSContext(settings.server), for: "localhost")
    let named = contexts
    let decided = Atomic(0)
    var crowd = try Crowd(settings.changed { $0.server.identities = [] })
    crowd.ready = { pair in
      let decider = { (decision: Decision, engine: TLSEngine) throws(TLSError) in
        decided.add(1, ordering: .relaxed)
        switch decision {
        case .clientHello(let hello): try engine.proceed(with: named[hello.serverName])
        case .certificate: try engine.present(Settings.user.identity)
        case .peerCertificate: try engine.accept()
        }
      }
      pair.client.decider = decider
      pair.server.decider = decider
    }
    try await crowd.meet()
    #expect(decided.load(ordering: .relaxed) == 4 * crowd.threads * crowd.meetings)
  }

  @Test(arguments: versions)
  func `one look-up finds keys for all threads`(version: ProtocolVersion) async throws {
    let key = ExternalPSK(identity: "found", key: text(32))
    let asked = Atomic(0)
    let lookUp = PSKLookUp { name in
      asked.add(1, ordering: .relaxed)
      return name == key.identity ? key : nil
    }
    let crowd = try Crowd(
      Settings(version).changed {
        for isServer in bothRoles where version == .tls12 {
          $0[isServer].cipherSuites = CipherSuite.preShared
        }
        $0.client.preSharedKeys = PreSharedKeys([key])
        $0.server.preSharedKeys = PreSharedKeys([], lookUp: lookUp)
      })
    try await crowd.meet()
    #expect(asked.load(ordering: .relaxed) >= crowd.threads * crowd.meetings)
  }

  @Test(arguments: versions)
  func `one signer each signs for all threads`(version: ProtocolVersion) async throws {
    let (host, user) = (Agent(Settings.localhost.privateKey), Agent(Settings.user.privateKey))
    let crowd = try Crowd(
      Settings(version).mutual.changed {
        $0.server.identities = [Settings.localhost.identity(signedBy: host)]
        $0.client.identities = [Settings.user.identity(signedBy: user)]
      })
    try await crowd.meet()
    #expect(host.asked.count == crowd.threads * crowd.meetings)
    #expect(user.asked.count == crowd.threads * crowd.meetings)
  }

  @Test func `early data of many threads is accepted`() async throws {
    let accepted = Atomic(0)
    var crowd = try Crowd(
      Settings(.tls13).changed {
        $0.client.sessionStore = SessionStore()
        $0.client.earlyData = .upTo(1000)
        $0.server.earlyData = .upTo(1000)
      })
    crowd.ready = { pair in
      let room = min(pair.client.engine.earlyDataRoom, 100)
      guard room > 0 else { return }
      #expect(try pair.client.engine.writeEarly(text(room)) == .moved(room))
      try pair.settle()
      guard pair.client.engine.earlyData?.verdict == .accepted else { return }
      #expect(try readAllEarly(pair.server.engine) == text(room))
      accepted.add(1, ordering: .relaxed)
    }
    let resumed = try await crowd.meet()
    #expect(resumed > 0 && accepted.load(ordering: .relaxed) == resumed)
  }

  @Test(arguments: versions)
  func `the system's roots are read anew meanwhile`(version: ProtocolVersion) async throws {
    var crowd = try Crowd(
      Settings(version).changed {
        $0.client.trust = .system
        $0.client.verification.hook = VerificationHook { _ in .acceptedInsecurely }
        $0.client.logsSecrets = .asEvents
        $0.server.recordPadding = .toMultiple(of: 256)
      })
    let client = crowd.contexts.client.configuration
    crowd.meetings = 2
    crowd.afterwards = {
      Trust.forgetSystemRoots()
      _ = try TLSContext(client)
    }
    #expect(try await crowd.meet() == 0)
  }

  @Test(arguments: versions, [true, false])
  func `one seed and one clock serve all threads, in the order in which they come`(
    version: ProtocolVersion, isStateful: Bool
  ) async throws {
    let settings = try Settings(version).mutual.using(.all).changed {
      $0.client.sessionStore = SessionStore()
      if isStateful { $0.server.sessionStore = SessionStore() }
      if !isStateful { $0.server.ticketKeys = TicketKeys(try .random()) }
    }
    let crowd = try Crowd(settings, seed: 1, clock: .fixed(1_700_000_000))
    #expect(try await crowd.meet() > 0)
  }

  @Test(arguments: versions)
  func `contexts are made on every thread of one configuration`(
    version: ProtocolVersion
  ) async throws {
    let settings = Settings(version).mutual.changed {
      $0.client.sessionStore = SessionStore()
      $0.server.sessionStore = SessionStore()
    }
    let resumed = try await onThreads(16) { _ in
      let crowd = try Crowd(settings)
      return try [crowd.meetOnce(), crowd.meetOnce()]
    }
    #expect(resumed.flatMap { $0 }.contains(true))
  }
}
