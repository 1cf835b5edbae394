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

  var state = State()
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
  var peerHasClosed = false
  var pskIdentity: [UInt8]?
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
