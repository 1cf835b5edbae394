internal import COpenSSL

// Sessions on their way between OpenSSL, which keeps none itself, and engines and stores.

/// What one connection does with sessions.
struct SessionReports {
  let store: SessionStore?
  let ticketKeys: TicketKeys?
  let delivery: SessionDelivery
  let clock: TLSClock
  let library: LibraryContext
  /// On a client, what its sessions are bound to.
  var binding: [UInt8] = []
  /// On a client, what was offered.
  var offered: SessionHandle?
  /// On a server, what was found last: a store gives a single-use ticket once, and a client that is
  /// asked for another key share names it twice (RFC 8446 §4.1.2).
  var found: SessionHandle?
  var librariesOfFound: [LibraryContext] = []

  /// The session that a client names.
  mutating func session(_ identifier: [UInt8]) -> SessionHandle? {
    if let found, found.identifier == identifier { return found }
    guard let session = store?.session(identifier) else { return nil }
    (found, librariesOfFound) = (session, session.libraries)
    return session
  }

  /// Lets go of what only the first handshake needs: sessions hold the peer's certificates.
  mutating func forgetHandshake() { (offered, found) = (nil, nil) }

  /// Where the certificates of a new session may have been read: here, or where the one that is
  /// resumed was made.
  var libraries: [LibraryContext] {
    guard library !== LibraryContext.process else { return librariesOfFound }
    return [library] + librariesOfFound.filter { $0 !== library }
  }
}

extension ContextHandle {
  /// Has new sessions told of where somebody wants them; OpenSSL's own cache stays empty.
  func applySessions(_ configuration: TLSConfiguration) {
    var mode = SSL_SESS_CACHE_NO_INTERNAL
    if configuration.wantsClientSessions { mode |= SSL_SESS_CACHE_CLIENT }
    if sessionStore != nil { mode |= SSL_SESS_CACHE_SERVER }
    guard mode != SSL_SESS_CACHE_NO_INTERNAL else { return }
    unsafe COpenSSL_SSL_CTX_set_session_cache_mode(pointer, CLong(mode))
    unsafe SSL_CTX_sess_set_new_cb(pointer) { ssl, session in
      unsafe noteNew(session, of: ssl)
      return 0
    }
    guard let store = sessionStore else { return }
    unsafe SSL_CTX_set_ex_data(pointer, 0, Unmanaged.passUnretained(store).toOpaque())
    unsafe SSL_CTX_sess_set_get_cb(pointer) { ssl, identifier, count, mustCopy in
      unsafe mustCopy?.pointee = 0
      return unsafe find(identifier, count, for: ssl)
    }
    unsafe SSL_CTX_sess_set_remove_cb(pointer) { context, session in
      unsafe forget(session, of: context)
    }
  }
}

extension TLSConfiguration {
  /// Whether clients do anything with the sessions they get.
  var wantsClientSessions: Bool { sessionDelivery == .events || sessionStore != nil }

  /// Where servers keep their sessions.
  var serverStore: SessionStore { sessionStore ?? SessionStore() }

  /// Whether servers give out stateful tickets.
  var keepsServerSessions: Bool {
    guard tickets.areSent else { return false }
    switch ticketFormat {
    case .stateless: return false
    case .stateful: return true
    case .automatic:
      return ticketKeys == nil
        && (sessionStore != nil || clientCertificates != .none || earlyData != .none)
    }
  }
}

/// `SSL_CTX_sess_set_new_cb`: a session can be resumed from now on.
private func noteNew(_ session: OpaquePointer?, of ssl: OpaquePointer?) {
  guard let session = unsafe session, let reports = unsafe reports(of: ssl),
    let copy = unsafe SessionHandle(copying: session, in: reports.sessions?.libraries ?? [])
  else { return }
  unsafe reports.sessions?.clock.stamp(copy.pointer)
  if unsafe SSL_is_server(ssl) != 0 {
    reports.pendingSessions.append(copy)
  } else {
    reports.deliver(copy)
  }
}

/// `SSL_CTX_sess_set_get_cb`: a client names a session. The answer is OpenSSL's to free.
private func find(
  _ identifier: UnsafePointer<UInt8>?, _ count: CInt, for ssl: OpaquePointer?
) -> OpaquePointer? {
  guard let reports = unsafe reports(of: ssl) else { return nil }
  let identifier = unsafe Array(UnsafeBufferPointer(start: identifier, count: max(0, Int(count))))
  // A session of another version is of no use, and would stay in OpenSSL's own cache.
  guard let session = reports.sessions?.session(identifier),
    unsafe session.version.rawValue == SSL_version(ssl),
    let copy = unsafe SSL_SESSION_dup(session.pointer)
  else { return nil }
  guard unsafe reports.sessions?.clock.admit(copy) == true else {
    unsafe SSL_SESSION_free(copy)
    return nil
  }
  // Where early data is taken, OpenSSL goes on only with what it can remove from a cache of its own.
  // The store has given it to nobody else.
  if session.version == .tls13, unsafe SSL_get_max_early_data(ssl) > 0 {
    unsafe SSL_CTX_add_session(SSL_get_SSL_CTX(ssl), copy)
  }
  return unsafe copy
}

/// `SSL_CTX_sess_set_remove_cb`: a session's connection failed (RFC 5246 §7.2.2), or was given up
/// without a close_notify.
private func forget(_ session: OpaquePointer?, of context: OpaquePointer?) {
  guard let session = unsafe session, let context = unsafe context,
    let pointer = unsafe SSL_CTX_get_ex_data(context, 0)
  else { return }
  let store = unsafe Unmanaged<SessionStore>.fromOpaque(pointer).takeUnretainedValue()
  var count: CUnsignedInt = 0
  let start = unsafe SSL_SESSION_get_id(session, &count)
  unsafe store.remove(Array(UnsafeBufferPointer(start: start, count: Int(count))))
}

extension CallbackReports {
  /// A client got a session: it is told of, and kept. It names its server, whether or not that
  /// confirmed the name.
  fileprivate func deliver(_ session: SessionHandle) {
    guard let sessions else { return }
    if let name = serverName { unsafe SSL_SESSION_set1_hostname(session.pointer, name) }
    guard session.isWrittenOnArrival(within: TLSSession.sizeLimit),
      let kept = hasLongChain ? try? SessionHandle(der: session.bytes) : session,
      let value = TLSSession(kept)
    else { return }
    if sessions.delivery == .events { events.append(.session(value)) }
    sessions.store?.insert(value)
  }

  /// Whether what the peer sent beside its own certificate is more than a session is to keep: a session
  /// as OpenSSL has it keeps it all, and one that was written and read does not.
  private var hasLongChain: Bool {
    let chain = unsafe SSL_get_peer_cert_chain(ssl)
    let others = unsafe (1..<max(1, COpenSSL_sk_X509_num(chain))).reduce(0) { sum, index in
      unsafe sum + Int(max(0, i2d_X509(COpenSSL_sk_X509_value(chain, index), nil)))
    }
    return others > 8192
  }
}

extension Connection {
  /// Readies a connection for sessions, and offers one if it is a client's that may be resumed.
  func assumeSessions(
    of context: TLSContext, as role: Role, resuming session: TLSSession?
  ) throws(TLSError) {
    let handle = context.handle
    let store = role == .server ? handle.sessionStore : context.configuration.sessionStore
    reports.sessions = SessionReports(
      store: store, ticketKeys: handle.ticketKeys, delivery: context.configuration.sessionDelivery,
      clock: handle.clock, library: handle.library)
    guard case .client(let identity) = role else {
      // Of the connection, because a client of this context must go on asking for tickets.
      if store != nil { unsafe SSL_set_options(ssl, COpenSSL_SSL_OP_NO_TICKET) }
      return
    }
    let keepsSessions = context.configuration.sessionDelivery == .events || store != nil
    guard keepsSessions || session != nil || handle.preSharedKeys != nil else { return }
    let binding = handle.binding(to: identity)
    reports.sessions?.binding = binding
    unsafe SSL_set_session_id_context(ssl, binding, CUnsignedInt(binding.count))
    reports.sessionContext = binding
    guard session != nil || store != nil else { return }
    let now = handle.clock.now
    guard var session = session ?? store?.take(boundTo: binding, at: now),
      session.binding == binding, session.isAlive(at: now)
    else { return }
    let offered = try SessionHandle.offer(&session.handle, in: handle.library)
    if let name = reports.serverName {
      unsafe SSL_SESSION_set1_hostname(offered.pointer, name)
    }
    unsafe SSL_set_session(ssl, offered.pointer)
    reports.sessions?.offered = offered
    allowEarlyData(context.configuration, with: session)
  }

  /// Puts a server's new sessions where clients can resume them. To be called once the client is
  /// accepted, and before its ticket is shown to anybody.
  func keepSessions() {
    guard !reports.suspension.awaitsVerdict else { return }
    for session in reports.pendingSessions { reports.sessions?.store?.insert(session) }
    reports.pendingSessions = []
  }

  /// Tells of a ticket that came with a resumption in TLS 1.2, which OpenSSL does not.
  func noteRenewedSession() {
    guard let offered = reports.sessions?.offered, version == .tls12,
      unsafe SSL_session_reused(ssl) == 1, let session = unsafe SSL_get_session(ssl),
      unsafe session != offered.pointer,
      let copy = unsafe SessionHandle(copying: session, in: reports.sessions?.libraries ?? [])
    else { return }
    unsafe reports.sessions?.clock.stamp(copy.pointer)
    reports.deliver(copy)
  }
}
