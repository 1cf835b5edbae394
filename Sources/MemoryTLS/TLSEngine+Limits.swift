// What ends a connection, or a loop, before it has gone too far.

extension TLSEngine {
  /// Ends a connection whose peer exceeded a limit, unless it has failed anyway.
  func enforceLimits(after outcome: Outcome) throws(TLSError) {
    guard [.success, .wantRead, .wantWrite].contains(outcome), let excess else { return }
    throw fail(excess.error(.peer, phase))
  }

  private var excess: Limits.Excess? {
    let limits = context.configuration.limits
    // Early data is not the handshake's, and has a limit of its own.
    let early = role == .server ? 2 * context.configuration.earlyData.limit : 0
    if phase == .handshake, connection.takenCiphertext - early > limits.handshakeBytes {
      return Limits.Excess(name: "handshakeBytes", limit: limits.handshakeBytes)
    }
    return connection.reports.tolls.excess(of: limits)
  }

  /// Throws for a caller who steps for ever and neither pushes nor pulls.
  func watchIdling() throws(TLSError) {
    let limit = context.configuration.limits.stepsWithoutProgress
    guard idling.allows(progress, upTo: limit) else {
      throw Limits.Excess(name: "stepsWithoutProgress", limit: limit).error(.caller, phase)
    }
  }

  var progress: Idling.Progress {
    Idling.Progress(
      pushed: connection.pushedCiphertext, unread: connection.unreadCiphertext,
      pending: connection.pendingCiphertext, inputHasEnded: inputHasEnded)
  }
}
