internal import COpenSSL

// Room for alerts: OpenSSL tries to write a fatal one once, right when it makes it, and never again.
//
// A callback of the inner BIO empties the ring for it. OpenSSL calls that twice for whatever it does
// with the BIO, so it is taken away where all that a call can write is known to fit the ring.

extension Connection {
  /// When the handshake is done: says what can be written from now on.
  func foreseeWrites(isAskedLater: Bool, mayRenegotiate: Bool) {
    let isTLS12 = version == .tls12
    reports.writesOnlyAlertsUnasked = isTLS12 && !mayRenegotiate
    canForeseeWrites = !isTLS12 && recordPadding == .none && !isAskedLater
  }

  /// Has writes watched, unless the room is more than a call can fill that reads or writes data in
  /// TLS 1.3.
  ///
  /// A record of the peer has us write one of the same size at most: a KeyUpdate, or nothing. An alert
  /// takes 24 bytes. Padding would have both longer, and late client certificates more than that.
  func watchWrites(inRoom room: Int, filling bytes: Int) {
    let isWatched = !canForeseeWrites || room - bytes < 64
    guard isWatched != writesAreWatched else { return }
    isWatched ? watchWrites() : unwatchWrites()
  }

  /// Before a call that can write anything.
  func watchWrites() {
    guard !writesAreWatched else { return }
    writesAreWatched = true
    unsafe BIO_set_callback_ex(inner) { bio, operation, _, count, _, _, result, _ in
      if operation == BIO_CB_WRITE { unsafe makeRoomForAlert(bio, count) }
      return CLong(result)
    }
  }

  private func unwatchWrites() {
    writesAreWatched = false
    unsafe BIO_set_callback_ex(inner, nil)
  }
}

/// Before OpenSSL writes an alert that the ring is too full for: empties the ring into the outbox.
///
/// The state is "SSLERR" by then, and only then, so a healthy connection's ring still gives
/// back-pressure. A warning (TLS 1.2: no_renegotiation) would stay half written, and a fatal alert
/// behind it is never tried; no state tells of it, but nothing else can find the ring too full then.
private func makeRoomForAlert(_ bio: OpaquePointer?, _ count: Int) {
  guard let argument = unsafe BIO_get_callback_arg(bio) else { return }
  let reports = unsafe Unmanaged<CallbackReports>.fromOpaque(argument).takeUnretainedValue()
  // Not asked of the inner half, which would call back for that, too.
  guard unsafe reports.outgoingCapacity - BIO_ctrl_pending(reports.outer) < count else { return }
  guard
    unsafe reports.writesOnlyAlertsUnasked
      || String(cString: SSL_state_string(reports.ssl)) == "SSLERR"
  else { return }
  unsafe reports.outbox.append(everything(in: reports.outer))
}
