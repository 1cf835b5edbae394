internal import COpenSSL

// Memory for bytes, which a connection has from its first call on, and not while it is idle.

extension Connection {
  /// Gives back the memory of rings and record buffers, if nothing is in them and nothing half done;
  /// answers whether it is given back.
  func releaseBuffers() -> Bool {
    guard !isReleased else { return true }
    // Last, because it is what changes something.
    guard isIdle, unsafe SSL_free_buffers(ssl) == 1 else { return false }
    pair.release()
    isReleased = true
    return true
  }

  /// Makes the rings; OpenSSL makes its own buffers as it needs them. False if there is no memory.
  func restoreBuffers() -> Bool {
    ErrorQueue.clear()
    isReleased = !pair.restore()
    return !isReleased
  }

  /// Whether no byte is under way, nor a handshake message or a KeyUpdate that the peer waits for.
  ///
  /// A record of which just the header was read shows in the state alone, and before 3.0.14
  /// `SSL_free_buffers` takes it from under OpenSSL's feet (CVE-2024-4741).
  private var isIdle: Bool {
    guard pendingCiphertext == 0, unreadCiphertext == 0, isBetweenMessages else { return false }
    return unsafe SSL_has_pending(ssl) == 0 && String(cString: SSL_rstate_string(ssl)) == "RH"
  }
}
