// What ends a connection, or a loop, before it has gone too far.

extension TLSEngine {
  /// Ends a connection whose peer exceeded a limit, unless it has failed anyway.
  func enforceLimits(after outcome: Outcome) throws(TLSError) {
    connection.reports.tollsHaveChanged = false
    switch outcome {
    case .success, .wantRead, .wantWrite:
      if let excess { throw fail(excess.error(.peer, phase)) }
    case .closed, .failed, .undecided, .unexpected:
      return
    }
  }

  private var excess: Limits.Excess? {
    let limits = bounds.limits
    if phase == .handshake,
      connection.takenCiphertext - bounds.earlyCiphertext > limits.handshakeBytes
    {
      return Limits.Excess(name: "handshakeBytes", limit: limits.handshakeBytes)
    }
    return connection.reports.tolls.excess(of: limits)
  }

  /// Throws for a caller who steps for ever and neither pushes nor pulls.
  func watchIdling() throws(TLSError) {
    let limit = bounds.limits.stepsWithoutProgress
    let progress = Idling.Progress(
      pushed: connection.pushedCiphertext, pulled: connection.pulledCiphertext,
      inputHasEnded: inputHasEnded)
    guard idling.allows(progress, upTo: limit) else {
      throw Limits.Excess(name: "stepsWithoutProgress", limit: limit).error(.caller, phase)
    }
  }
}

/// What a configuration says and calls look at all the time.
struct Bounds {
  let limits: Limits
  let largestRecord: Int
  /// What a server takes of early data: it is not the handshake's, and has a limit of its own.
  let earlyCiphertext: Int

  init(_ context: TLSContext, as role: Role) {
    limits = context.configuration.limits
    largestRecord = context.configuration.largestRecord
    earlyCiphertext = role == .server ? 2 * context.configuration.earlyData.limit : 0
  }
}
