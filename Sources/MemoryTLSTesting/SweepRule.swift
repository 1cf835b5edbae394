public import MemoryTLS
public import MemoryTLSFlights

extension Sweep {
  /// What must hold under every fault.
  public enum Rule: String, Sendable, Hashable, CaseIterable {
    /// An error is the peer's fault, or that of what carries its bytes: never the caller's, and never
    /// one that OpenSSL did not explain.
    case owner
    /// Who says that it sent an alert has sent a whole one, and nothing behind it. Who gives up because
    /// the peer broke the protocol says so, unless it has closed.
    case alert
    /// An alert on the untouched way reaches a peer that still listens, and none comes from nowhere.
    case delivery
    /// What was read is the beginning of what was sent.
    case plaintext
    /// A clean end comes from the peer's own close, behind all that it sent.
    case cleanEnd
    /// After a bounded number of turns, and once a stalled wire has ended, both ends are over.
    case rest
    /// Nothing is left to be pulled or pushed.
    case pending
    /// Further calls throw the same error.
    case latch
    /// Ends without errors agree on what they agree on without a fault, and got all that was sent.
    case agreement
  }

  /// What came of a case.
  public enum Outcome: String, Sendable, Hashable, CaseIterable {
    /// Both ends did all they were to do: the fault changed nothing that matters.
    case completed
    /// An end gave up and told its peer why.
    case alert
    /// An end gave up without a word, where OpenSSL has none.
    case silent
    /// An end found that its input ended too early.
    case truncated
  }

  /// A rule that was broken.
  public struct Breach: Sendable, Hashable, CustomStringConvertible {
    /// Which rule.
    public let rule: Rule
    /// Whose end broke it; nil for both together.
    public let side: Direction?
    /// What was seen, in one clause.
    public let finding: String

    /// The rule, the side and the finding.
    public var description: String {
      let end = side.map { $0 == .clientToServer ? " by the client" : " by the server" } ?? ""
      return "\(rule) broken\(end): \(finding)"
    }
  }

  /// One fault, and what came of it.
  public struct Case: Sendable {
    /// The fault.
    public let fault: Fault
    /// What came of it.
    public let outcome: Outcome
    /// The rules that were broken.
    public let breaches: [Breach]
    /// Whether both ends waited, until the input of both was ended.
    public let hasStalled: Bool
    /// Whether the fault's place was reached; one that is not there changes nothing.
    public let hasStruck: Bool
    /// What was sent.
    public let log: FlightLog
    /// What the client threw.
    public let client: TLSError?
    /// What the server threw.
    public let server: TLSError?
  }
}

/// Compares what was seen under a fault with the rules.
struct Judge {
  let fault: Fault
  let seen: Observation
  let reference: Observation

  /// Every rule that was broken.
  func breaches() -> [Sweep.Breach] {
    let ofBoth = [rest(), agreement()].compactMap { $0 }
    return ofBoth + Direction.allCases.flatMap(breaches) + [delivery()].compactMap { $0 }
  }

  private func breaches(by side: Direction) -> [Sweep.Breach] {
    let (end, peer) = (seen.sender(side), seen.sender(side.reversed))
    let whole = reference.sender(side).received
    let findings: [(Sweep.Rule, String?)] = [
      (.owner, owner(end)), (.alert, alert(end)), (.plaintext, plaintext(end, whole)),
      (.cleanEnd, cleanEnd(end, peer, whole)), (.pending, pending(end)), (.latch, latch(end)),
    ]
    return findings.compactMap { rule, finding in
      finding.map { Sweep.Breach(rule: rule, side: side, finding: $0) }
    }
  }

  private func owner(_ end: Ending) -> String? {
    guard let error = end.error, error.fault != .peer || error.code == .unexpected else {
      return nil
    }
    return "fault of .\(error.fault), .\(error.code): \(error)"
  }

  private func alert(_ end: Ending) -> String? {
    guard let error = end.error else { return nil }
    guard let alert = error.alert, alert.origin == .sent else {
      return end.phase != .closing && error.isOwed ? "none was sent for '\(error)'" : nil
    }
    guard end.lastSent != .alert else { return nil }
    return "\(alert.alert) was sent, and the last record is .\(end.lastSent)"
  }

  private func plaintext(_ end: Ending, _ whole: [UInt8]) -> String? {
    guard !whole.starts(with: end.received) else { return nil }
    return "read \(end.received), of \(whole)"
  }

  private func cleanEnd(_ end: Ending, _ peer: Ending, _ whole: [UInt8]) -> String? {
    guard end.hasEnded else { return nil }
    guard peer.phase == .closing else { return "a clean end, and the peer did not close" }
    guard end.received.count == whole.count else {
      return "a clean end behind \(end.received.count) of \(whole.count) bytes"
    }
    return nil
  }

  private func pending(_ end: Ending) -> String? {
    end.pending == 0 ? nil : "\(end.pending) bytes"
  }

  private func latch(_ end: Ending) -> String? {
    guard let error = end.error else { return nil }
    let calls = zip(Endpoint.namesOfCallsAfterwards, end.repeated)
    let differing = calls.first { $0.1.map { !$0.isIdentical(to: error) } ?? true }
    guard let (call, other) = differing else { return nil }
    return "\(call) threw \(other.map { "'\($0)'" } ?? "nothing") after '\(error)'"
  }
}

// MARK: - Rules of both ends

extension Judge {
  private func rest() -> Sweep.Breach? {
    guard seen.isAtRest else { return breach(.rest, "still moving after \(seen.turns) turns") }
    let waiting = Direction.allCases.filter { !seen.sender($0).isOver }
    guard let side = waiting.first else { return nil }
    let finding = "waits in phase .\(seen.sender(side).phase) though its input has ended"
    return breach(.rest, finding, waiting.count == 1 ? side : nil)
  }

  private func agreement() -> Sweep.Breach? {
    guard seen.client.error == nil, seen.server.error == nil else { return nil }
    for side in Direction.allCases {
      let (end, whole) = (seen.sender(side), reference.sender(side))
      guard end.negotiated == whole.negotiated else {
        return breach(.agreement, "another outcome of the handshake", side)
      }
      guard end.received == whole.received, end.hasEnded == whole.hasEnded else {
        return breach(.agreement, "no error, and not all that was sent", side)
      }
    }
    return nil
  }

  /// Only the way against the fault is untouched, and not even that if bytes come back.
  private func delivery() -> Sweep.Breach? {
    if case .reflect = fault.kind { return nil }
    let listener = seen.sender(fault.direction)
    let sent = seen.sender(fault.direction.reversed).sentAlert
    let came = listener.error?.code == .alertReceived ? listener.error?.alert?.alert : nil
    if let came, came != sent {
      return breach(.delivery, "\(came) came, sent was \(sent.map { "\($0)" } ?? "none")")
    }
    // On a wire that has gone down, nobody listens.
    let isDown = seen.wasHungUp && seen.sender(fault.direction.reversed).error?.code == .truncated
    guard let sent, !listener.hasEnded, !isDown else { return nil }
    guard let error = listener.error, error.code != .truncated else {
      return breach(.delivery, "\(sent) was sent and did not come")
    }
    return nil
  }

  private func breach(
    _ rule: Sweep.Rule, _ finding: String, _ side: Direction? = nil
  ) -> Sweep.Breach {
    Sweep.Breach(rule: rule, side: side, finding: finding)
  }
}

extension TLSError {
  /// Whether the peer is to be told. OpenSSL does not answer records of another version that look
  /// like alerts (`ssl3_get_record`), which is how a server of TLS 1.2 sees those of a client that
  /// fails before it knows the version.
  fileprivate var isOwed: Bool {
    let wrongVersionNumber = 267
    return [.protocolFailure, .verificationFailed].contains(code)
      && !stack.contains { $0.reason == wrongVersionNumber }
  }

  /// Whether a later call could have thrown this in the other's place.
  fileprivate func isIdentical(to other: TLSError) -> Bool {
    self == other && fault == other.fault && phase == other.phase && message == other.message
  }
}
