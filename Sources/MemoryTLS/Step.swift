/// What ``TLSEngine/step()`` and ``TLSEngine/close()`` answer.
public enum Step: Sendable, Hashable {
  /// Finished. Ciphertext may still be pending: a client's Finished, a server's tickets.
  case done
  /// The engine is blocked; meet the need and call again.
  case needs(Need)
  /// The handshake is suspended until the caller decides; answer, and call again. Only with
  /// ``TLSConfiguration/decisions``. Ciphertext may be pending.
  case undecided(Decision)
}

/// What ``TLSEngine/read(into:)`` and ``TLSEngine/write(_:)`` answer.
public enum Transfer: Sendable, Hashable {
  /// This many bytes of plaintext went through; 0 only where none could (an empty or full span).
  case moved(Int)
  /// The engine is blocked; meet the need and call again. Nothing was moved.
  case needs(Need)
  /// The peer sent close_notify: there is no more to read, and nothing is missing.
  case ended
}

/// What a blocked engine waits for.
public enum Need: Sendable, Hashable {
  /// Bytes of the peer (`SSL_ERROR_WANT_READ`).
  ///
  /// The engine can surely not go on with fewer bytes than these: 5 for a record's header, then the
  /// record's length, or the ring's capacity where that is less. Source: `BIO_get_read_request`.
  case push(atLeast: Int)
  /// Ciphertext is pending and must be pulled before the peer can be waited for
  /// (`SSL_ERROR_WANT_WRITE`, or `WANT_READ` while bytes are pending).
  case pull
}
