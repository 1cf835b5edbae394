internal import COpenSSL

// A fixed clock for sessions, which OpenSSL stamps and judges by the system's time.
//
// What leaves (a ticket, a session for a store or a client's caller) gets the clock's time. What
// comes back is judged, on a server here and on a client by `TLSSession.isAlive`, and then made new for
// OpenSSL: a time that is now is never too old, and a client tells its age as 0.

extension TLSClock {
  /// In seconds since 1970.
  var now: Int64 { fixedTime ?? secondsSince1970() }

  /// Writes its time into a session that leaves.
  func stamp(_ session: OpaquePointer?) {
    guard let fixedTime else { return }
    unsafe SSL_SESSION_set_time(session, CLong(fixedTime))
  }

  /// Readies a session that comes back to a server for OpenSSL; false if its time is over.
  func admit(_ session: OpaquePointer?) -> Bool {
    guard let fixedTime else { return true }
    let issued = unsafe Int64(SSL_SESSION_get_time(session))
    let (age, overflow) = fixedTime.subtractingReportingOverflow(issued)
    let lifetime = unsafe Int64(SSL_SESSION_get_timeout(session))
    guard !overflow, 0...max(0, lifetime) ~= age else { return false }
    unsafe SSL_SESSION_set_time(session, CLong(secondsSince1970()))
    return true
  }
}

extension Connection {
  /// Has the session that a client offers begin now: a ClientHello tells its age, which would grow
  /// with whatever time passes before the call that makes it.
  func freshenOffer() {
    guard context.clock != .system, let offered = reports.sessions?.offered else { return }
    unsafe SSL_SESSION_set_time(offered.pointer, CLong(secondsSince1970()))
  }
}

extension ContextHandle {
  /// For stateless tickets (`SSL_CTX_set_session_ticket_cb`).
  func applyTicketTimes() {
    guard clock != .system else { return }
    unsafe SSL_CTX_set_session_ticket_cb(
      pointer,
      { ssl, _ in
        guard let sessions = unsafe reports(of: ssl)?.sessions else { return 0 }
        // One that stays with OpenSSL, because its ticket only names it, is stamped when it leaves.
        if sessions.store == nil { unsafe sessions.clock.stamp(SSL_get_session(ssl)) }
        return 1
      },
      { ssl, session, _, _, status, _ in
        let clock = unsafe reports(of: ssl)?.sessions?.clock ?? .system
        switch status {
        case CInt(SSL_TICKET_SUCCESS) where unsafe clock.admit(session):
          return CInt(SSL_TICKET_RETURN_USE)
        case CInt(SSL_TICKET_SUCCESS_RENEW) where unsafe clock.admit(session):
          return CInt(SSL_TICKET_RETURN_USE_RENEW)
        default:
          // Not SSL_TICKET_RETURN_IGNORE: that would give no new ticket either.
          return CInt(SSL_TICKET_RETURN_IGNORE_RENEW)
        }
      }, nil)
  }
}
