internal import COpenSSL
internal import CProviders

/// What the C callbacks of one connection write, and all they can reach.
///
/// The `SSL` points here without owning it; the `Connection` owns both, and frees the `SSL` first.
@safe
final class CallbackReports {
  var events = EventQueue()
  var outbox = Outbox() { didSet { outboxIsEmpty = outbox.isEmpty } }
  /// What is asked all the time is a property of its own, because Swift can tell at compile time that
  /// nobody changes that in the middle of a look at it.
  private(set) var outboxIsEmpty = true
  /// Set when everything but an alert is known to fit the ring: in TLS 1.2, after the handshake.
  var writesOnlyAlertsUnasked = false
  /// Where the connection finds keys from elsewhere.
  var preSharedKeys: PreSharedKeys?
  /// What sessions are bound to, and keys made into sessions with them.
  var sessionContext: [UInt8] = []
  /// The name of the key that was offered last, or found.
  var pskIdentity: [UInt8]?
  var keyUpdates = KeyUpdate.Counts()
  /// Set when the first handshake is done, like ``Suspension/isOver``: apart for the same reason.
  var isOpen = false
  var tolls = Tolls() { didSet { tollsHaveChanged = true } }
  /// Set until somebody has looked whether they exceed a limit.
  var tollsHaveChanged = false
  /// How long the payload of a record without content is.
  var emptyRecordLength: Int?
  /// Set while a request for a client's certificate is only half written.
  var isAskingForCertificate = false
  /// The fatal alert for the peer.
  var fatalAlert: TLSError.SeenAlert?
  /// The first thing that verification found wrong.
  var verification: TLSError.VerificationFailure?
  /// What is stapled to an identity that the caller presented.
  var ocspResponse: [UInt8]?
  /// What the caller decides.
  var suspension: Suspension
  /// Set from when a server makes a ticket on demand until all of it is written.
  var isIssuingTicket = false
  /// Data before the handshake is done.
  var early = EarlyDataExchange()
  /// The name that a client sends.
  var serverName: String?
  /// What is done with sessions.
  var sessions: SessionReports?
  /// On a server, sessions whose tickets were made and that nobody can resume yet. They wait here for
  /// ``Connection/keepSessions()``.
  var pendingSessions: [SessionHandle] = [] {
    didSet { hasPendingSessions = !pendingSessions.isEmpty }
  }
  private(set) var hasPendingSessions = false
  /// Set while a closure of the caller runs inside a call: the engine must not be called from it.
  var isLent = false
  /// Why a signer made no signature.
  var signingFailure: String?

  let ssl: OpaquePointer
  let outer: OpaquePointer
  let outgoingCapacity: Int
  let sending: Direction
  let observer: MessageObserver?

  init(
    ssl: OpaquePointer, _ pair: BIOPair, sending: Direction, deciding points: DecisionPoints,
    observer: MessageObserver?
  ) {
    unsafe (self.ssl, outer) = (ssl, pair.outer)
    outgoingCapacity = pair.capacity.outgoing
    suspension = Suspension(points)
    self.sending = sending
    self.observer = observer
  }

  /// Runs a caller's closure inside an OpenSSL call, which must not notice.
  func lend(_ body: () -> Void) {
    isLent = true
    ErrorQueue.setAside { (sessions?.library ?? .process).suspended(while: body) }
    isLent = false
  }
}

// MARK: - Whose call is running

extension CallbackReports {
  /// The reports of the engine in one of whose calls this thread is; a signing key belongs to a
  /// context, and is not told.
  static var running: CallbackReports? {
    guard let current = unsafe CProviders_current() else { return nil }
    return unsafe Unmanaged.fromOpaque(current).takeUnretainedValue()
  }

  /// Runs one call. A closure inside it may run a call of another engine.
  func running(_ call: () -> CInt) -> CInt {
    let outer = unsafe CProviders_exchange_current(Unmanaged.passUnretained(self).toOpaque())
    defer { unsafe _ = CProviders_exchange_current(outer) }
    return call()
  }
}

// MARK: - The C callbacks, all of them

extension Connection {
  func installCallbacks() {
    let reports = unsafe Unmanaged.passUnretained(reports).toOpaque()
    unsafe SSL_set_ex_data(ssl, 0, reports)
    unsafe SSL_set_info_callback(ssl) { unsafe noteAlert($0, $1, $2) }
    unsafe BIO_set_callback_arg(inner, reports.assumingMemoryBound(to: CChar.self))
    watchWrites()
  }

  /// Messages are counted from here on, if there can be too many, and shown if anybody wants them.
  func installMessageCallback(_ limits: Limits) {
    let isShown = reports.observer != nil || reports.suspension.answers[.clientHello] == nil
    guard isShown || mustCount(limits) else { return }
    guard isShown else {
      return unsafe SSL_set_msg_callback(ssl) { isSent, _, type, bytes, count, ssl, _ in
        if isSent == 0, isCounted(type) {
          unsafe MemoryTLS.reports(of: ssl)?.count(type, bytes, count)
        }
      }
    }
    unsafe SSL_set_msg_callback(ssl) { isSent, _, type, bytes, count, ssl, _ in
      guard let reports = unsafe MemoryTLS.reports(of: ssl) else { return }
      if isSent == 0, isCounted(type) { unsafe reports.count(type, bytes, count) }
      unsafe showMessage(isSent, type, bytes, count, reports)
    }
  }

  /// From now on states that are left behind are told of as well.
  func installProgressCallback() {
    unsafe SSL_set_info_callback(ssl) { unsafe noteProgress($0, $1, $2) }
  }
}

/// `SSL_set_info_callback` in the first handshake: told of alerts, and of every state that is left
/// behind. The value is level and description.
private func noteAlert(_ ssl: OpaquePointer?, _ place: CInt, _ value: CInt) {
  guard place & SSL_CB_ALERT != 0, let reports = unsafe reports(of: ssl) else { return }
  let origin: AlertOrigin = place & SSL_CB_WRITE != 0 ? .sent : .received
  let alert = Alert(rawValue: UInt8(truncatingIfNeeded: value))
  reports.events.append(.alert(alert, origin))
  if alert == .noRenegotiation, origin == .sent { reports.tolls.renegotiations += 1 }
  guard origin == .sent, value >> 8 == SSL3_AL_FATAL else { return }
  reports.fatalAlert = TLSError.SeenAlert(alert: alert, origin: origin)
}

/// `SSL_set_info_callback` from then on.
private func noteProgress(_ ssl: OpaquePointer?, _ place: CInt, _ value: CInt) {
  guard place & SSL_CB_ALERT == 0 else { return unsafe noteAlert(ssl, place, value) }
  guard let reports = unsafe reports(of: ssl) else { return }
  if place & SSL_CB_HANDSHAKE_START != 0 { reports.tolls.handshakeMessages = 0 }
  if place & SSL_CB_LOOP != 0 { unsafe reports.note(finished: SSL_get_state(ssl)) }
  if place & SSL_CB_HANDSHAKE_DONE != 0 {
    reports.tolls.renegotiations += 1
    reports.events.append(.renegotiated)
  }
}

/// `SSL_set_msg_callback`: shows handshake messages, alerts and change_cipher_spec to the observer.
/// The pseudo types above 255 (record headers, inner content types) are left out.
func showMessage(
  _ isSent: CInt, _ contentType: CInt, _ bytes: UnsafeRawPointer?, _ count: Int,
  _ reports: CallbackReports
) {
  let isWanted = reports.observer != nil || reports.suspension.answers[.clientHello] == nil
  guard isWanted, let contentType = UInt8(exactly: contentType) else { return }
  let message = unsafe ProtocolMessage(
    direction: isSent != 0 ? reports.sending : reports.sending.reversed,
    contentType: ContentType(rawValue: contentType),
    bytes: Array(UnsafeRawBufferPointer(start: bytes, count: count)))
  reports.suspension.note(message)
  guard let observer = reports.observer else { return }
  reports.lend { observer(message) }
}

/// `SSL_set_verify`: remembers the first failure with its certificate; OpenSSL's verdict stands.
func noteVerification(_ verdict: CInt, _ store: OpaquePointer?) -> CInt {
  guard verdict == 0, let store = unsafe store,
    let reports = unsafe reports(of: store, at: SSL_get_ex_data_X509_STORE_CTX_idx()),
    reports.verification == nil
  else { return verdict }
  unsafe reports.noteVerificationFailure(in: store)
  return verdict
}

extension CallbackReports {
  /// Copies the error that stands in a store context; the reason in OpenSSL's words or others.
  func noteVerificationFailure(in store: OpaquePointer, reason: String? = nil) {
    let code = unsafe X509_STORE_CTX_get_error(store)
    let certificate = unsafe X509_STORE_CTX_get_current_cert(store)
    verification = unsafe TLSError.VerificationFailure(
      code: Int(code),
      depth: Int(X509_STORE_CTX_get_error_depth(store)),
      subject: certificate.map { unsafe text(of: X509_get_subject_name($0)) } ?? "",
      reason: reason ?? String(cString: X509_verify_cert_error_string(Int(code))))
  }
}

/// The reports of an `SSL`.
func reports(of ssl: OpaquePointer?) -> CallbackReports? {
  guard let ssl = unsafe ssl, let pointer = unsafe SSL_get_ex_data(ssl, 0) else { return nil }
  return unsafe Unmanaged.fromOpaque(pointer).takeUnretainedValue()
}

/// The reports of the `SSL` whose peer a store context verifies.
func reports(of store: OpaquePointer, at index: CInt) -> CallbackReports? {
  unsafe reports(of: X509_STORE_CTX_get_ex_data(store, index).map { OpaquePointer($0) })
}
