import MemoryTLS
import MemoryTLSTesting
import Testing

/// Handshakes that wait for the caller: what is the same for every decision.
@Suite(.withAllAndNeededAlgorithms) struct DecisionTests {
  @Test(arguments: versions, wires)
  func `every decision of both ends is asked once, and the handshake is done`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let pair = try Self.settings(version).pair(wire)
    let (client, server) = (Asked(), Asked())
    pair.client.decider = client.accept
    pair.server.decider = server.accept
    try pair.settle()
    #expect(client.decisions.map(\.kind) == ["peerCertificate", "certificate"])
    #expect(server.decisions.map(\.kind) == ["clientHello", "certificate", "peerCertificate"])
    pair.client.send(text(40_000))
    pair.server.send(text(30_000))
    pair.client.close()
    pair.server.close()
    try pair.settle()
    #expect(pair.server.received == text(40_000) && pair.client.received == text(30_000))
    #expect(pair.client.hasEnded && pair.server.hasEnded)
  }

  @Test(arguments: versions)
  func `without an answer nothing moves, and asking again is a caller's fault`(
    version: ProtocolVersion
  ) throws {
    for (index, kind) in ["clientHello", "certificate", "peerCertificate"].enumerated() {
      let pair = try Self.settings(version).pair()
      let server = Asked(limit: index)
      pair.client.decider = Asked().accept
      pair.server.decider = server.accept
      #expect(throws: PairFailure.self) { try pair.settle() }
      #expect(pair.server.engine.decision?.kind == kind)
      try expectStill(pair.server.engine)
      try answerWrongly(pair.server.engine)
      server.limit = 3
      try pair.settle()
      #expect(pair.server.error == nil && pair.server.engine.phase == .open)
    }
  }

  /// Expects that no call moves it, and none changes it.
  private func expectStill(_ engine: TLSEngine) throws {
    let before = engine.decision
    let calls: [(TLSEngine) throws -> Any] = [
      { try $0.step() }, { try $0.read() }, { try $0.write([1]) },
    ]
    let codes = calls.map { call in
      (#expect(throws: TLSError.self) { _ = try call(engine) })?.code
    }
    #expect(codes == [.undecided, .handshakeIncomplete, .handshakeIncomplete])
    #expect(engine.terminalError == nil && engine.decision == before && engine.phase == .handshake)
  }

  @Test func `no answer is taken where nothing is asked`() throws {
    let engine = try TLSEngine(TLSContext(Settings().server), as: .server)
    try answerWrongly(engine)
    let error = #expect(throws: TLSError.self) { try engine.refuse(.handshakeFailure) }
    #expect(error?.code == .noSuchDecision)
    #expect(engine.terminalError == nil)
  }

  @Test func `an engine may be closed or freed while it waits`() throws {
    for point in [DecisionPoints.clientHello, .certificate, .peerCertificate] {
      let pair = try Self.settings(nil).changed { $0.server.decisions = point }.pair()
      pair.client.decider = Asked().accept
      #expect(throws: PairFailure.self) { try pair.settle() }
      #expect(pair.server.engine.decision != nil)
      #expect(try pair.server.engine.close() == .done)
      #expect(pair.server.engine.terminalError?.code == .aborted)
      #expect(pair.server.engine.decision == nil)
      #expect(throws: TLSError.self) { try pair.server.engine.accept() }
    }
  }

  /// Both ends prove themselves, and wait wherever they can.
  static func settings(_ version: ProtocolVersion?) -> Settings {
    Settings(version).mutual.changed {
      $0.client.decisions = [.clientHello, .certificate, .peerCertificate]
      $0.server.decisions = [.clientHello, .certificate, .peerCertificate]
    }
  }

  /// Gives every answer that does not fit.
  private func answerWrongly(_ engine: TLSEngine) throws {
    let before = engine.decision
    func expectRefused(_ call: () throws -> Void) {
      #expect((#expect(throws: TLSError.self) { try call() })?.code == .noSuchDecision)
    }
    switch before {
    case .clientHello:
      expectRefused { try engine.present(nil) }
      expectRefused { try engine.accept() }
    case .certificate:
      expectRefused { try engine.accept() }
      expectRefused { try engine.proceed(with: TLSContext(Settings().server)) }
    case .peerCertificate:
      expectRefused { try engine.proceed() }
      expectRefused { try engine.present(nil) }
    case nil:
      expectRefused { try engine.proceed() }
      expectRefused { try engine.present(nil) }
      expectRefused { try engine.accept() }
    }
    #expect(engine.decision == before && engine.terminalError == nil)
  }
}

/// Says yes to everything, and remembers what it was asked.
final class Asked {
  private(set) var decisions: [Decision] = []
  /// How many answers it gives.
  var limit: Int

  init(limit: Int = .max) { self.limit = limit }

  func accept(_ decision: Decision, _ engine: TLSEngine) throws(TLSError) {
    guard decisions.count < limit else { return }
    try answer(decision, engine)
  }

  func answer(_ decision: Decision, _ engine: TLSEngine) throws(TLSError) {
    decisions.append(decision)
    switch decision {
    case .clientHello: try engine.proceed()
    case .certificate: try engine.present(nil)
    case .peerCertificate: try engine.accept()
    }
  }
}

extension Decision {
  var kind: String {
    switch self {
    case .clientHello: "clientHello"
    case .certificate: "certificate"
    case .peerCertificate: "peerCertificate"
    }
  }
}
