internal import COpenSSL

/// Owns an `SSL`, both halves of its BIO pair and what its callbacks write to.
///
/// Theory: `SSL_set_bio` gives the inner half to the `SSL`, which frees it; the outer half is ours.
/// Each half owns the ring it writes into, so the inner half's size bounds what OpenSSL can emit and
/// the outer half's what it can be fed. One thread at a time.
@safe
final class Connection {
  let ssl: OpaquePointer
  let inner: OpaquePointer
  let outer: OpaquePointer
  let reports: CallbackReports
  /// Bytes that OpenSSL wants next; 0 if it did not ask since the last push. The BIO's own note
  /// (`BIO_ctrl_get_read_request`) is gone as soon as free space is looked at.
  var wantedCiphertext = 0
  /// What the peer said first.
  var opening = Opening()
  /// Kept alive: callbacks of the `SSL_CTX` point into it.
  private let context: ContextHandle

  init(
    _ context: ContextHandle, capacity: RingCapacity, sending: Direction,
    observer: MessageObserver?
  ) throws(TLSError) {
    ErrorQueue.clear()
    var inner: OpaquePointer?
    var outer: OpaquePointer?
    guard let ssl = unsafe SSL_new(context.pointer) else { throw .outOfMemory("SSL_new") }
    let paired = unsafe BIO_new_bio_pair(&inner, capacity.outgoing, &outer, capacity.incoming)
    guard paired == 1, let inner = unsafe inner, let outer = unsafe outer else {
      unsafe SSL_free(ssl)
      throw .outOfMemory("BIO_new_bio_pair")
    }
    unsafe SSL_set_bio(ssl, inner, inner)
    unsafe (self.ssl, self.inner, self.outer) = (ssl, inner, outer)
    self.context = context
    unsafe reports = CallbackReports(
      ssl: ssl, outer: outer, sending: sending, observer: observer)
    installCallbacks()
  }

  deinit {
    unsafe SSL_free(ssl)
    unsafe BIO_free(outer)
  }
}

// MARK: - Calls that move the connection

extension Connection {
  func handshake() -> Outcome { unsafe perform { unsafe SSL_do_handshake($0) } }

  /// Reads at most one record's plaintext; `count` grows by what was read.
  func read(into out: inout OutputSpan<UInt8>) -> (outcome: Outcome, moved: Int) {
    var moved = 0
    let outcome = unsafe out.withUnsafeMutableBufferPointer { buffer, filled in
      let free = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
      let outcome = unsafe perform { unsafe SSL_read_ex($0, free.baseAddress, free.count, &moved) }
      if outcome == .success { filled += moved }
      return outcome
    }
    return (outcome, outcome == .success ? moved : 0)
  }

  /// Writes the first `count` bytes as one record, which must fit the ring.
  func write(_ plaintext: Span<UInt8>, count: Int) -> (outcome: Outcome, moved: Int) {
    var moved = 0
    let outcome = unsafe plaintext.withUnsafeBufferPointer { buffer in
      unsafe perform { unsafe SSL_write_ex($0, buffer.baseAddress, count, &moved) }
    }
    return (outcome, outcome == .success ? moved : 0)
  }

  /// Sends close_notify, once. `SSL_shutdown` answers 0 when it is sent and the peer's is to come.
  func shutdown() -> Outcome {
    unsafe perform { ssl in
      let result = unsafe SSL_shutdown(ssl)
      return result == 0 ? 1 : result
    }
  }

  /// Queues this many TLS 1.3 tickets; the next handshake call writes them.
  func queueTickets(_ count: Int) {
    for _ in 0..<count { unsafe SSL_new_session_ticket(ssl) }
    ErrorQueue.clear()
  }

  /// Queues a KeyUpdate; the next handshake call writes it.
  func queueKeyUpdate(requestingPeers: Bool) {
    let kind = requestingPeers ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED
    unsafe SSL_key_update(ssl, kind)
    ErrorQueue.clear()
  }

  /// Whether a handshake message is half read or half written (`SSL_in_init`).
  var isInHandshake: Bool { unsafe SSL_in_init(ssl) != 0 }
}
