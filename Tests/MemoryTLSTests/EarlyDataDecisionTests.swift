@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Early data beside handshakes that wait for the caller.
@Suite(.withAllAndNeededAlgorithms) struct EarlyDataDecisionTests {
  @Test(arguments: wires)
  func `early data waits for the decision on its ClientHello`(wire: Wire) throws {
    var early = try EarlyMeeting()
    let deciding = early.settings.changed { $0.server.decisions = [.clientHello, .certificate] }
    early.reunion.server = try TLSContext(deciding.server)
    let pair = try early.pair(wire)
    #expect(try pair.client.engine.writeEarly(text(3000)) == .moved(3000))
    var decisions = 0
    pair.server.decider = { _, engine throws(TLSError) in
      decisions += 1
      #expect(throws: TLSError.misuse(.undecided, .handshake)) { try engine.readEarly() }
      #expect(throws: TLSError.misuse(.undecided, .handshake)) { try engine.writeEarly([1]) }
      try engine.proceed()
    }
    try pair.settle()
    #expect(decisions >= 1)
    #expect(try readAllEarly(pair.server.engine) == text(3000))
    #expect(pair.client.engine.earlyData?.verdict == .accepted)
  }

  @Test(arguments: wires)
  func `the context that answers takes early data, or does not`(wire: Wire) throws {
    for takes in [true, false] {
      var early = try EarlyMeeting()
      let chosen = try TLSContext(
        early.settings.changed { if !takes { $0.server.earlyData = .none } }.server)
      let first = Settings(.tls13).changed { $0.server.decisions = .clientHello }
      early.reunion.server = try TLSContext(first.server)
      let pair = try early.pair(wire)
      #expect(try pair.client.engine.writeEarly(text(3000)) == .moved(3000))
      pair.server.decider = { _, engine throws(TLSError) in try engine.proceed(with: chosen) }
      pair.client.send(text(5))
      try pair.settle()
      #expect(pair.isResumed && pair.server.received == text(5))
      #expect(pair.client.engine.earlyData?.verdict == (takes ? .accepted : .rejected))
      if takes { #expect(try readAllEarly(pair.server.engine) == text(3000)) }
    }
  }
}
