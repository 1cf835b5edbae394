// The wire side: ciphertext in and out, copied or in place.

extension TLSEngine {
  /// Takes ciphertext of the peer, as much as fits; may be called from construction on.
  ///
  /// - Returns: how many bytes were taken; the rest is to be pushed again after the next call of
  ///   `step` or `read`.
  /// - Throws: `.pushAfterEndOfInput`, or the failure of the connection.
  public func push(_ ciphertext: Span<UInt8>) throws(TLSError) -> Int {
    try enter()
    guard !inputHasEnded else { throw .misuse(.pushAfterEndOfInput, phase) }
    let count = connection.push(ciphertext)
    if isObserved { report(.pushed, ciphertext.extracting(..<count)) }
    return count
  }

  /// Moves pending ciphertext into `out`, as much as fits, in any state.
  ///
  /// - Returns: how many bytes were moved.
  @discardableResult
  public func pull(into out: inout OutputSpan<UInt8>) -> Int {
    guard !connection.reports.isLent else { return 0 }
    let before = out.count
    let count = connection.pull(into: &out)
    if isObserved { report(.pulled, out.span.extracting(before...)) }
    return count
  }

  /// Lends free space of the incoming ring; what the body initialises is pushed, even if it throws.
  ///
  /// The span is one contiguous piece: call again for what lies behind the ring's edge. It is empty
  /// if there is no room, and when pushing would throw. Source: `BIO_nwrite0`, `BIO_nwrite`.
  /// - Throws: the body's error alone.
  public func withFreeSpace<E: Error>(
    _ body: (inout OutputSpan<UInt8>) throws(E) -> Void
  ) throws(E) {
    let isOpen = !hasFailed && !inputHasEnded && !connection.reports.isLent && hasRings
    try connection.withFreeSpace(limit: isOpen ? .max : 0) { out throws(E) in
      defer { report(.pushed, out.span) }
      try body(&out)
    }
  }

  /// Shows pending ciphertext; as many bytes as the body answers are taken as pulled.
  ///
  /// The span is one contiguous piece: call again for what lies behind the ring's edge. It is empty
  /// if nothing is pending. Source: `BIO_nread0`, `BIO_nread`.
  /// - Throws: the body's error alone; nothing is taken then.
  public func withPendingCiphertext<E: Error>(
    _ body: (Span<UInt8>) throws(E) -> Int
  ) throws(E) {
    guard !connection.reports.isLent else {
      _ = try body([UInt8]().span)
      return
    }
    try connection.withPendingCiphertext { bytes throws(E) in
      let taken = try body(bytes)
      if isObserved, 0...bytes.count ~= taken { report(.pulled, bytes.extracting(..<taken)) }
      return taken
    }
  }

  /// Takes what was pushed and never used: the bytes behind the peer's close_notify, for protocols
  /// that go on in the clear, or those that a failed connection did not get to.
  ///
  /// Empty as long as the connection may still use them.
  public func takeUnconsumedCiphertext() -> [UInt8] {
    guard peerHasClosed || hasFailed, !connection.reports.isLent else { return [] }
    return connection.takeUnreadCiphertext()
  }

  /// Bytes to pull; asking changes nothing.
  public var pendingCiphertext: Int { connection.pendingCiphertext }

  /// Bytes that `push` would take now, at most the incoming ring's capacity.
  public var ciphertextCapacity: Int {
    !hasFailed && !inputHasEnded ? connection.freeIncoming : 0
  }

  /// Bytes that the last blocked call asked for: no fewer can move it, and taking no more leaves
  /// what lies behind a record to others. 0 after a push, until the next `step` or `read`.
  public var wantedCiphertext: Int { connection.wantedCiphertext }

  /// Bytes pushed that no call has used yet.
  public var unreadCiphertext: Int { connection.unreadCiphertext }
}
