import MemoryTLS
import MemoryTLSTesting
import Testing

/// A setting of the context that answers a ClientHello, and what shows that it applies.
struct ContextSetting: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let change: @Sendable (inout TLSConfiguration) -> Void
  let isSeen: @Sendable (EnginePair) -> Bool

  static let all: [ContextSetting] = [
    .init(testDescription: "versions") {
      $0.versions = .tls12 ... .tls12
    } isSeen: {
      $0.client.engine.negotiated?.version == .tls12
    },
    .init(testDescription: "cipher suites") {
      $0.cipherSuites = [CipherSuite(rawValue: 0x1303), CipherSuite(rawValue: 0xCCA9)]
    } isSeen: {
      $0.client.engine.negotiated?.cipherSuite.rawValue == 0x1303
    },
    .init(testDescription: "groups") {
      $0.groups = [.secp384r1]
    } isSeen: {
      $0.client.engine.negotiated?.group == .secp384r1
    },
    .init(testDescription: "signature schemes") {
      $0.signatureSchemes = [SignatureScheme(rawValue: 0x0503)]
    } isSeen: {
      $0.client.engine.negotiated?.signatureScheme?.rawValue == 0x0503
    },
    .init(testDescription: "largest record") {
      $0.largestRecord = 512
    } isSeen: { pair in
      pair.log.flights.last { $0.direction == .serverToClient }?.records
        .allSatisfy { $0.byteCount <= 512 + 22 } == true
    },
    .init(testDescription: "identity") {
      $0.identities = [otherIdentity.identity]
    } isSeen: {
      $0.client.engine.negotiated?.peerCertificates.first?.subject == "CN=other"
    },
    .init(testDescription: "client certificates required") {
      $0.clientCertificates = .require
    } isSeen: {
      $0.server.engine.negotiated?.peerCertificates.first?.subject == "CN=user"
    },
    .init(testDescription: "trust") {
      $0.clientCertificates = .request
      $0.trust = Settings.stranger.trust
    } isSeen: {
      $0.server.error?.code == .verificationFailed && $0.client.error?.alert?.alert == .unknownCA
    },
    .init(testDescription: "application protocols") {
      $0.applicationProtocols = ["b"]
    } isSeen: {
      $0.client.engine.negotiated?.applicationProtocol == "b"
    },
    .init(testDescription: "stapled response") {
      $0.identities[0].ocspResponse = .bytes(staple)
    } isSeen: {
      $0.client.engine.stapledOCSPResponse != nil
    },
    .init(testDescription: "verification") {
      $0.clientCertificates = .require
      $0.verification.hook = VerificationHook { _ in .refused(.certificateRevoked) }
    } isSeen: {
      $0.client.error?.alert?.alert == .certificateRevoked
    },
    .init(testDescription: "limits") {
      $0.clientCertificates = .require
      $0.limits.certificateChainBytes = 100
    } isSeen: {
      $0.server.error?.code == .limitExceeded
    },
    .init(testDescription: "record padding") {
      $0.recordPadding = .toMultiple(of: 3000)
    } isSeen: { pair in
      pair.log.flights.flatMap(\.records).contains { $0.byteCount == 3000 + 21 }
    },
    .init(testDescription: "key log") {
      $0.logsSecrets = .asEvents
    } isSeen: { pair in
      var events: [Event] = []
      while let event = pair.server.engine.nextEvent() { events.append(event) }
      return events.contains { if case .keyLog = $0 { true } else { false } }
    },
    .init(testDescription: "ticket format") {
      $0.tickets = .afterHandshake(1)
      $0.ticketFormat = .stateful
    } isSeen: { pair in
      let sessions = pair.sessions
      return sessions.count == 1 && sessions[0].ticket.count == 32
    },
    .init(testDescription: "tickets") {
      $0.tickets = .afterHandshake(3)
    } isSeen: {
      $0.log.flights.flatMap(\.messages).filter { $0 == "NewSessionTicket" }.count == 3
    },
    .init(testDescription: "decisions") {
      $0.decisions = [.clientHello, .peerCertificate]
      $0.clientCertificates = .require
    } isSeen: {
      $0.server.error?.message.contains("refused by decision (depth 0") == true
    },
  ]
}

/// Held plainly: LeakSanitizer does not see into enums.
private let staple = fixture { try Settings.authority.ocspResponse(for: Settings.localhost) }

private let otherIdentity = fixture {
  try Settings.authority.issue(.server, "other", names: [.dns("localhost")])
}
