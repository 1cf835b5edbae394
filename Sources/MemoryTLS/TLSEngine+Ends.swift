// How calls begin and end: what all of them look at, and what their outcomes come to.

extension TLSEngine {
  /// What calls look at all the time: apart, because Swift can tell at compile time that nobody changes
  /// a property in the middle of a look at it only of one that is not public.
  struct State {
    var phase: TLSError.Phase = .handshake
    var terminalError: TLSError?
    var hasFailed = false
    var decision: Decision?
    var passageObserver: TLSEngine.PassageObserver?
    var ticketsOwed = 0
  }
}

extension TLSEngine {
  /// What every throwing call does first that moves bytes.
  @inline(__always)
  func enter() throws(TLSError) {
    try admit()
    if connection.isReleased { try restoreBuffers() }
  }

  /// What the others do first.
  @inline(__always)
  func admit() throws(TLSError) {
    guard !connection.reports.isLent else { throw .misuse(.reentered, phase) }
    if state.hasFailed, let terminalError { throw terminalError }
  }

  /// Turns an outcome into what it needs (nil: nothing), or latches it as the end.
  @inline(__always)
  func resolve(_ outcome: Outcome) throws(TLSError) -> Need? {
    if connection.reports.hasPendingSessions { connection.keepSessions() }
    if phase == .handshake || connection.reports.tollsHaveChanged {
      try enforceLimits(after: outcome)
    }
    return outcome == .success ? nil : try need(after: outcome)
  }

  private func need(after outcome: Outcome) throws(TLSError) -> Need? {
    switch outcome {
    case .success:
      return nil
    case .wantRead where connection.pendingCiphertext == 0:
      return .push(atLeast: max(1, connection.wantedCiphertext))
    case .wantRead, .wantWrite:
      return .pull
    case .closed where phase != .handshake && !connection.isInHandshake:
      peerHasClosed = true
      return nil
    case .closed, .failed, .undecided, .unexpected:
      throw fail(connection.diagnose(outcome, in: phase, inputHasEnded: inputHasEnded))
    }
  }

  /// Makes an error the end of the connection.
  func fail(_ error: TLSError) -> TLSError {
    state.terminalError = error
    state.hasFailed = true
    decision = nil
    return error
  }

  func openForData() {
    state.phase = .open
    connection.reports.isOpen = true
    connection.reports.suspension.end()
    connection.installProgressCallback()
    connection.releaseMessageCallback(
      context.configuration.limits, mayRenegotiate: mayRenegotiate)
    pskIdentity = connection.pskIdentity
    let isAskedLater =
      role != .server && context.configuration.postHandshakeAuthentication == .offered
    connection.foreseeWrites(isAskedLater: isAskedLater, mayRenegotiate: mayRenegotiate)
    connection.noteRenewedSession()
    connection.reports.sessions?.forgetHandshake()
    if role == .server, case .withFirstWrite(let count) = context.configuration.tickets,
      connection.version == .tls13
    {
      state.ticketsOwed = count
    }
  }

  /// What OpenSSL would have sent by itself, if there had been nothing to decide.
  func sendVerdictTickets() throws(TLSError) -> Need? {
    guard role == .server, ticketsAwaitVerdict, connection.version == .tls13 else { return nil }
    ticketsAwaitVerdict = false
    connection.queueTickets(context.configuration.tickets.count)
    return try finishHandshakeMessages()
  }

  /// Sends what goes before data: handshake messages, and tickets with the first write.
  func sendWhatIsOwed() throws(TLSError) -> Need? {
    if let need = try finishHandshakeMessages() { return need }
    guard ticketsOwed > 0 else { return nil }
    connection.queueTickets(ticketsOwed)
    state.ticketsOwed = 0
    return try finishHandshakeMessages()
  }

  /// Finishes a message of the handshake protocol that is half sent or half received: until then
  /// OpenSSL neither writes data nor closes. A KeyUpdate that the peer waits for goes first, since a
  /// write has no room for both.
  func finishHandshakeMessages() throws(TLSError) -> Need? {
    connection.answerKeyUpdate()
    guard connection.isInHandshake else { return nil }
    return try mayRenegotiate ? moveRenegotiation() : resolve(connection.handshake())
  }

  func sendCloseNotify() throws(TLSError) -> Need? {
    if let need = try finishHandshakeMessages() { return need }
    guard connection.freeOutgoing >= connection.sealedSize(of: 2) else { return .pull }
    return try resolve(connection.shutdown())
  }
}
