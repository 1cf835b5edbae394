internal import COpenSSL

/// What an OpenSSL I/O call came to.
enum Outcome: Equatable {
  case success
  case wantRead
  case wantWrite
  /// The caller has to decide first.
  case undecided(Suspension.Point)
  /// The peer's close_notify was received.
  case closed
  /// Fatal at the protocol level (`SSL_ERROR_SSL`): the connection keeps the stack.
  case failed
  /// Anything that cannot happen over a BIO pair: the connection keeps the stack, too.
  case unexpected(CInt)
}

extension Connection {
  /// Runs one call and judges its result: the only reader of `SSL_get_error`.
  ///
  /// Nothing may suspend or call OpenSSL between the call and the judgement, because both look at
  /// the thread's error queue. A `WANT_READ` while input is waiting is tried again as long as that
  /// consumes some (openssl/openssl#7327); one that does not would spin, and is reported instead
  /// (openssl/openssl#12336).
  func perform(_ call: (OpaquePointer) -> CInt) -> Outcome {
    var unread = Int.max
    while true {
      let outcome =
        hasPrivateLibrary
        ? context.library.run { unsafe performOnce(call) } : unsafe performOnce(call)
      guard outcome == .wantRead else { return outcome }
      let request = unsafe BIO_ctrl_get_read_request(outer)
      let rest = unreadCiphertext
      unreadAtMost = rest
      guard rest > 0 else {
        wantedCiphertext = request
        return outcome
      }
      guard rest < unread else { return .unexpected(SSL_ERROR_WANT_READ) }
      unread = rest
    }
  }

  private func performOnce(_ call: (OpaquePointer) -> CInt) -> Outcome {
    ErrorQueue.clear()
    // What is foreseen asks no signer, who would have to know whose call this is.
    let result = unsafe canForeseeWrites ? call(ssl) : reports.running { unsafe call(ssl) }
    guard result <= 0 else {
      ErrorQueue.clear()
      return .success
    }
    return judge(unsafe SSL_get_error(ssl, result))
  }

  /// What blocks has left nothing in the queue, or it would not be taken for that.
  private func judge(_ code: CInt) -> Outcome {
    switch code {
    case SSL_ERROR_WANT_READ: return .wantRead
    case SSL_ERROR_WANT_WRITE: return .wantWrite
    case SSL_ERROR_WANT_CLIENT_HELLO_CB: return .undecided(.clientHello)
    case SSL_ERROR_WANT_X509_LOOKUP: return .undecided(.certificate)
    case SSL_ERROR_WANT_RETRY_VERIFY: return .undecided(.peerCertificate)
    case SSL_ERROR_ZERO_RETURN: return .closed
    default:
      stack = ErrorQueue.drain()
      return code == SSL_ERROR_SSL ? .failed : .unexpected(code)
    }
  }
}
