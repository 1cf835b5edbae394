/// One TLS connection without any I/O: an OpenSSL `SSL` on a BIO pair.
///
///                      ciphertext in ──push──▶ ┌───────────┐ ──pull──▶ ciphertext out
///                                              │ TLSEngine │
///                       plaintext out ◀──read── └───────────┘ ◀─write── plaintext in
///
/// Theory of operation. Nothing here waits: a call either moves bytes, or answers what it needs
/// first. `step()` moves the handshake until it answers `.done`; then `read` and `write` move
/// plaintext; `close()` says that no more will be written. The contract:
///
/// > After every call that can move the engine, and after every error it throws, pull until nothing
/// > is pending before you wait for the peer. (An alert for the peer may be in the outbox.)
///
/// The first error that is not the caller's own is final: every later call repeats it. Only pulling,
/// the questions, `nextEvent()` and `takeUnconsumedCiphertext()` go on working. An engine belongs to
/// one thread at a time.
@safe
public final class TLSEngine {
  /// Which end this is.
  public let role: Role
  /// How far the connection is; it only ever goes forward.
  public var phase: TLSError.Phase { state.phase }
  /// The error that every call repeats, if the connection has failed.
  public var terminalError: TLSError? { state.terminalError }

  /// What the handshake waits for, since ``step()`` has answered ``Step/undecided(_:)``.
  public internal(set) var decision: Decision? {
    get { state.decision }
    set { state.decision = newValue }
  }

  /// Who looks at the bytes that go in and out, such as a recorder; nil, as at first, costs nothing.
  public var passageObserver: PassageObserver? {
    get { state.passageObserver }
    set { state.passageObserver = newValue }
  }

  private var state = State()
  /// Whether there is a ``terminalError``: less to look at.
  var hasFailed: Bool { state.hasFailed }
  /// Another one if another context takes over. Calls keep it in a local constant, so that it is
  /// retained once and not for each look.
  var connection: Connection
  var context: TLSContext {
    didSet { bounds = Bounds(context, as: role) }
  }
  private(set) var bounds: Bounds
  private(set) var inputHasEnded = false
  private(set) var peerHasClosed = false
  private(set) var pskIdentity: [UInt8]?
  /// How many tickets the next write brings with it.
  package var ticketsOwed: Int { state.ticketsOwed }
  var ticketsAwaitVerdict: Bool
  var idling = Idling()

  /// A connection that has not said anything yet. It takes ciphertext at once.
  ///
  /// - Parameters:
  ///   - context: Its settings; kept alive by the engine.
  ///   - role: Which end it is and, for a client, whom it expects.
  ///   - session: For a client, what to resume; see ``TLSSession`` for when it is not. Nil for what
  ///     the ``TLSConfiguration/sessionStore`` has, if there is one.
  ///   - observer: Sees every handshake message and alert; costs nothing when absent.
  /// - Throws: `.invalidServerIdentity` or `.invalidConfiguration` for a role that this context
  ///   cannot play.
  public init(
    _ context: TLSContext, as role: Role, resuming session: TLSSession? = nil,
    observing observer: MessageObserver? = nil
  ) throws(TLSError) {
    try context.check(role)
    guard role != .server || session == nil else {
      throw .configuration("a server does not choose what is resumed")
    }
    self.context = context
    self.role = role
    bounds = Bounds(context, as: role)
    ticketsAwaitVerdict = context.ticketsAwaitVerdict
    connection = try Connection(context, as: role, observer: observer)
    try connection.assume(role, asking: context.configuration.clientCertificates)
    try connection.assumeSessions(of: context, as: role, resuming: session)
  }

  /// Moves the handshake as far as it goes (`SSL_do_handshake`).
  ///
  /// - Returns: `.done` once both sides have finished, and ever after; ciphertext may be pending.
  /// - Throws: `.undecided` while a ``decision`` is open; else why the handshake failed, and an alert
  ///   for the peer may be pending.
  public func step() throws(TLSError) -> Step {
    try enter()
    guard decision == nil else { throw .misuse(.undecided, phase) }
    guard phase == .handshake else { return .done }
    try watchIdling()
    let outcome = connection.handshake()
    if connection.mayDecide, let decision = connection.decision(after: outcome) {
      self.decision = decision
      return .undecided(decision)
    }
    if let need = try resolve(outcome) { return .needs(need) }
    if let need = try sendVerdictTickets() { return .needs(need) }
    openForData()
    return .done
  }

  /// Reads plaintext, at most one record's (`SSL_read_ex`), and appends it to `out`.
  ///
  /// It goes on after `close()`, until the peer's close_notify.
  /// - Throws: `.handshakeIncomplete` before `.done`; `.truncated` if the input ended without
  ///   close_notify; else what the peer did wrong.
  public func read(into out: inout OutputSpan<UInt8>) throws(TLSError) -> Transfer {
    try enter()
    guard phase != .handshake else { throw .misuse(.handshakeIncomplete, phase) }
    guard out.freeCapacity > 0 else { return .moved(0) }
    guard !peerHasClosed else { return .ended }
    let connection = connection
    // What the peer makes us say must be pulled before it can make us say more.
    guard connection.reports.outboxIsEmpty else { return .needs(.pull) }
    let before = out.count
    let (outcome, moved) = connection.read(into: &out)
    if isObserved { report(.read, out.span.extracting(before...)) }
    if let need = try resolve(outcome) { return .needs(need) }
    if moved > 0, connection.reports.tolls.canBeForgiven { connection.reports.tolls.forgive() }
    return peerHasClosed ? .ended : .moved(moved)
  }

  /// Writes plaintext as one record that fits the ring (`SSL_write_ex`), so that nothing is ever
  /// left half written. A record is cut short only if the whole ring is free and still too small.
  ///
  /// - Returns: how many bytes were taken; `.needs(.pull)` if the ring has no room.
  /// - Throws: `.handshakeIncomplete` before `.done`, `.writeAfterClose` after `close()`.
  public func write(_ plaintext: Span<UInt8>) throws(TLSError) -> Transfer {
    try enter()
    guard phase != .handshake else { throw .misuse(.handshakeIncomplete, phase) }
    guard phase == .open else { throw .misuse(.writeAfterClose, phase) }
    guard !plaintext.isEmpty else { return .moved(0) }
    let connection = connection
    if !connection.isBetweenMessages || ticketsOwed > 0, let need = try sendWhatIsOwed() {
      return .needs(need)
    }
    let record = min(plaintext.count, bounds.largestRecord)
    let room = connection.freeOutgoing
    guard connection.sealedSize(of: record) <= room || connection.pendingCiphertext == 0 else {
      return .needs(.pull)
    }
    let count = min(record, connection.largestPlaintext(sealedIn: room))
    let (outcome, moved) = connection.write(plaintext, count: count, inRoom: room)
    if let need = try resolve(outcome) { return .needs(need) }
    if isObserved { report(.written, plaintext.extracting(..<moved)) }
    return .moved(moved)
  }

  /// Says that no more will be written: sends close_notify (`SSL_shutdown`, once).
  ///
  /// Before the handshake is done it aborts instead: nothing is sent, and later calls throw
  /// `.aborted`.
  /// - Returns: `.done` when close_notify is pending or sent; reading goes on until the peer's.
  public func close() throws(TLSError) -> Step {
    if terminalError?.code == .aborted { return .done }
    try enter()
    switch phase {
    case .handshake:
      _ = fail(.aborted)
    case .open:
      if let need = try sendCloseNotify() { return .needs(need) }
      state.phase = .closing
    case .closing:
      break
    }
    return .done
  }

  /// Says that the peer's bytes end behind what was pushed (`BIO_shutdown_wr`). If they do not end
  /// with close_notify, the call that gets there throws `.truncated`. A second time changes nothing.
  public func endOfInput() {
    guard !connection.reports.isLent, !inputHasEnded else { return }
    inputHasEnded = true
    connection.shutdownIncoming()
  }
}

/// What calls look at all the time: apart, because Swift can tell at compile time that nobody changes
/// a property in the middle of a look at it only of one that is not public.
private struct State {
  var phase: TLSError.Phase = .handshake
  var terminalError: TLSError?
  var hasFailed = false
  var decision: Decision?
  var passageObserver: TLSEngine.PassageObserver?
  var ticketsOwed = 0
}

// MARK: - How calls end

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

  private func openForData() {
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
  private func sendVerdictTickets() throws(TLSError) -> Need? {
    guard role == .server, ticketsAwaitVerdict, connection.version == .tls13 else { return nil }
    ticketsAwaitVerdict = false
    connection.queueTickets(context.configuration.tickets.count)
    return try finishHandshakeMessages()
  }

  /// Sends what goes before data: handshake messages, and tickets with the first write.
  private func sendWhatIsOwed() throws(TLSError) -> Need? {
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

  private func sendCloseNotify() throws(TLSError) -> Need? {
    if let need = try finishHandshakeMessages() { return need }
    guard connection.freeOutgoing >= connection.sealedSize(of: 2) else { return .pull }
    return try resolve(connection.shutdown())
  }
}
