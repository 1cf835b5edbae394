import MemoryTLS
import MemoryTLSTesting
import Synchronization
import Testing

/// A closure that sees each chain and OpenSSL's verdict.
@Suite(.withAllAndNeededAlgorithms) struct VerificationHookTests {
  @Test(arguments: versions, wires)
  func `a hook sees the chain, and OpenSSL's verdict stands`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let intermediate = try Settings.authority.issue(.authority, "Middle")
    let leaf = try intermediate.issue(.server, "leaf", names: [.dns("localhost")])
    let (client, server) = (Seen(.standsAsItIs), Seen(.standsAsItIs))
    let pair = try Settings(version).mutual.changed {
      $0.server.identities = [leaf.identity]
      $0.client.verification.hook = client.hook
      $0.server.verification.hook = server.hook
    }.pair(wire)
    try pair.settle()
    #expect(client.chains.map { $0.certificates.map(\.subject) } == [["CN=leaf", "CN=Middle"]])
    #expect(client.chains.map(\.certificates) == [pair.client.engine.negotiated?.peerCertificates])
    #expect(server.chains.map { $0.certificates.map(\.subject) } == [["CN=user"]])
    #expect((client.chains + server.chains).allSatisfy { $0.verdict == nil })
    #expect(
      pair.client.engine.verifiedChain.map(\.subject) == ["CN=leaf", "CN=Middle", "CN=Test CA"])
    #expect(pair.server.engine.verifiedChain.map(\.subject) == ["CN=user", "CN=Test CA"])
  }

  @Test(arguments: versions, bothRoles)
  func `what OpenSSL refuses stays refused`(version: ProtocolVersion, isServer: Bool) throws {
    let seen = Seen(.standsAsItIs)
    let pair = try pair(version, hooked: seen, atServer: isServer, stranger: true)
    #expect(throws: PairFailure.self) { try pair.settle() }
    let end = isServer ? pair.server : pair.client
    #expect(end.error?.code == .verificationFailed)
    #expect(end.error?.alert?.alert == .unknownCA)
    #expect(seen.chains.map(\.verdict) == [end.error?.verification])
    #expect(end.engine.verifiedChain.isEmpty)
  }

  @Test(arguments: versions, bothRoles)
  func `every alert that OpenSSL can send refuses`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    for alert in Self.alerts {
      let pair = try pair(version, hooked: Seen(.refused(alert)), atServer: isServer)
      #expect(throws: PairFailure.self) { try pair.settle() }
      let (end, other) = isServer ? (pair.server, pair.client) : (pair.client, pair.server)
      #expect(end.error?.code == .verificationFailed)
      #expect(end.error?.alert?.alert == alert)
      #expect(end.error?.verification?.reason == "refused by the verification hook")
      let subject = isServer ? "CN=user" : "CN=test"
      #expect(end.error?.message.hasSuffix("hook (depth 0, \(subject))") == true)
      #expect(end.engine.verifiedChain.isEmpty)
      #expect(other.error?.code == .alertReceived)
      #expect(other.error?.alert?.alert == alert)
    }
  }

  @Test func `an alert that OpenSSL cannot send becomes bad_certificate`() throws {
    for alert in [Alert.accessDenied, .closeNotify, Alert(rawValue: 200)] {
      let pair = try pair(.tls13, hooked: Seen(.refused(alert)), atServer: false)
      #expect(throws: PairFailure.self) { try pair.settle() }
      #expect(pair.server.error?.alert?.alert == .badCertificate)
    }
  }

  @Test(arguments: versions, bothRoles)
  func `a stranger is accepted only if the hook says so loudly`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let seen = Seen(.acceptedInsecurely)
    let pair = try pair(version, hooked: seen, atServer: isServer, stranger: true)
    try pair.settle()
    pair.client.send(text(1000))
    pair.server.send(text(1000))
    try pair.settle()
    #expect(pair.client.received == text(1000) && pair.server.received == text(1000))
    #expect(seen.chains.map(\.verdict?.code) == [20])
    #expect((isServer ? pair.server : pair.client).engine.verifiedChain.isEmpty)
  }

  @Test func `a good chain stays verified when it is accepted loudly`() throws {
    let pair = try pair(.tls13, hooked: Seen(.acceptedInsecurely), atServer: false)
    try pair.settle()
    #expect(pair.client.engine.verifiedChain.map(\.subject) == ["CN=test", "CN=Test CA"])
  }

  @Test(arguments: versions)
  func `a hook sees what pins and trust in anyone make of a chain`(
    version: ProtocolVersion
  ) throws {
    for (trust, code) in [
      (Trust.acceptAnyoneInsecurely, nil), (.pins([.certificate(sha256: text(32))]), 28),
      (.pins([.certificate(sha256: Settings.localhost.fingerprint)]), nil),
    ] {
      let seen = Seen(.acceptedInsecurely)
      let pair = try Settings(version).changed {
        $0.client.trust = trust
        $0.client.verification.hook = seen.hook
      }.pair()
      try pair.settle()
      #expect(seen.chains.map(\.verdict?.code) == [code])
      #expect(pair.client.engine.verifiedChain.isEmpty)
    }
  }

  @Test func `a hook may use OpenSSL but not its own engine`() throws {
    let engine = Mutex<Reference?>(nil)
    let hook = VerificationHook { _ in
      let error = engine.withLock { $0?.stepError }
      #expect(error?.code == .reentered)
      #expect(throws: TLSError.self) { try TLSContext(Settings.malformed) }
      return .standsAsItIs
    }
    let pair = try Settings().changed { $0.client.verification.hook = hook }.pair()
    engine.withLock { $0 = Reference(pair.client.engine) }
    // The engine holds the hook, and the hook must not hold the engine for ever.
    defer { engine.withLock { $0 = nil } }
    try pair.settle()
  }

  @Test func `hooks are equal if they are the same`() {
    let (one, other) = (Seen(.standsAsItIs).hook, Seen(.standsAsItIs).hook)
    #expect(one == one && one != other)
    #expect(Set([one, one, other]).count == 2)
  }

  private static let alerts: [Alert] = [
    .handshakeFailure, .badCertificate, .unsupportedCertificate, .certificateRevoked,
    .certificateExpired, .certificateUnknown, .unknownCA, .decryptError, .internalError,
  ]

  private func pair(
    _ version: ProtocolVersion, hooked seen: Seen, atServer: Bool, stranger: Bool = false
  ) throws -> EnginePair {
    try Settings(version).mutual.changed {
      if atServer {
        $0.server.verification.hook = seen.hook
        if stranger { $0.client.identities = [Settings.strangeUser.identity] }
      } else {
        $0.client.verification.hook = seen.hook
        if stranger { $0.client.trust = Settings.stranger.trust }
      }
    }.pair()
  }
}

/// A hook that answers always the same, and what it saw.
final class Seen: Sendable {
  private let list = Mutex<[PeerChain]>([])
  private let verdict: VerificationHook.Verdict

  init(_ verdict: VerificationHook.Verdict) { self.verdict = verdict }

  var chains: [PeerChain] { list.withLock { $0 } }

  var hook: VerificationHook {
    VerificationHook { chain in
      self.list.withLock { $0.append(chain) }
      return self.verdict
    }
  }
}

/// An engine that a closure can reach on the engine's own thread.
private struct Reference: @unchecked Sendable {
  let engine: TLSEngine

  init(_ engine: TLSEngine) { self.engine = engine }

  var stepError: TLSError? {
    do throws(TLSError) {
      _ = try engine.step()
      return nil
    } catch { return error }
  }
}

extension Settings {
  fileprivate static var malformed: TLSConfiguration {
    var configuration = TLSConfiguration.ofTest
    configuration.trust = .authorities(.pem("-----BEGIN CERTIFICATE-----"))
    return configuration
  }
}
