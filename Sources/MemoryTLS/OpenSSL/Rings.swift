internal import COpenSSL

// The outer half of the BIO pair: what callers push into and pull out of.
//
// `BIO_nread0` and `BIO_nwrite0` show a ring up to its edge, so one call may see less than there is.

extension Connection {
  /// Free bytes in the incoming ring.
  var freeIncoming: Int {
    unsafe isReleased ? capacity.incoming : BIO_ctrl_get_write_guarantee(outer)
  }

  /// Free bytes in the outgoing ring.
  var freeOutgoing: Int { capacity.outgoing - (unsafe BIO_ctrl_pending(outer)) }

  /// Bytes pushed that OpenSSL has not taken yet.
  var unreadCiphertext: Int { unsafe BIO_ctrl_wpending(outer) }

  /// Bytes to pull: the outbox of a failed connection, then the ring.
  var pendingCiphertext: Int {
    let inRing = unsafe BIO_ctrl_pending(outer)
    return reports.outboxIsEmpty ? inRing : reports.outbox.count + inRing
  }

  /// Copies in what fits and answers how much did.
  func push(_ bytes: Span<UInt8>) -> Int {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      let count = unsafe max(
        0, Int(BIO_write(outer, buffer.baseAddress, CInt(clamping: buffer.count))))
      if pushedCiphertext < Opening.limit { opening.note(bytes.extracting(first: count)) }
      if count > 0 { wantedCiphertext = 0 }
      pushedCiphertext &+= count
      unreadAtMost &+= count
      return count
    }
  }

  /// Copies out what fits and answers how much did.
  func pull(into out: inout OutputSpan<UInt8>) -> Int {
    guard !isReleased else { return 0 }
    let before = out.count
    if !reports.outboxIsEmpty { reports.outbox.move(into: &out) }
    unsafe out.withUnsafeMutableBufferPointer { buffer, filled in
      let free = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
      let count = unsafe BIO_read(outer, free.baseAddress, CInt(clamping: free.count))
      filled += max(0, Int(count))
    }
    pulledCiphertext &+= out.count - before
    return out.count - before
  }

  /// Takes everything pushed that OpenSSL has not read.
  func takeUnreadCiphertext() -> [UInt8] {
    unsafe everything(in: inner)
  }

  /// From now on the inner half sees the end of the input behind what was pushed.
  func shutdownIncoming() { unsafe _ = COpenSSL_BIO_shutdown_wr(outer) }
}

// MARK: - Zero copy

extension Connection {
  /// Lends the first contiguous piece of free space; what the body initialised is pushed, also when
  /// it throws.
  func withFreeSpace<E: Error>(
    limit: Int, _ body: (inout OutputSpan<UInt8>) throws(E) -> Void
  ) throws(E) {
    var start: UnsafeMutablePointer<CChar>?
    let count = unsafe limit == 0 ? 0 : max(0, Int(BIO_nwrite0(outer, &start)))
    let memory = unsafe UnsafeMutableRawBufferPointer(start: start, count: start == nil ? 0 : count)
    let buffer = unsafe memory.assumingMemoryBound(to: UInt8.self)
    var out = unsafe OutputSpan<UInt8>(buffer: buffer, initializedCount: 0)
    var failure: E?
    let wasLent = reports.isLent
    reports.isLent = true
    do throws(E) { try body(&out) } catch { failure = error }
    reports.isLent = wasLent
    let filled = unsafe out.finalize(for: buffer)
    if filled > 0 {
      if pushedCiphertext < Opening.limit {
        unsafe opening.note(Span(_unsafeElements: UnsafeBufferPointer(rebasing: buffer[..<filled])))
      }
      unsafe BIO_nwrite(outer, &start, CInt(clamping: filled))
      wantedCiphertext = 0
      pushedCiphertext &+= filled
      unreadAtMost &+= filled
    }
    if let failure { throw failure }
  }

  /// Shows the first contiguous piece of what is pending; as much as the body answers is pulled.
  func withPendingCiphertext<E: Error>(_ body: (Span<UInt8>) throws(E) -> Int) throws(E) {
    reports.isLent = true
    defer { reports.isLent = false }
    guard reports.outboxIsEmpty else {
      let taken = checked(try reports.outbox.withSpan(body), of: reports.outbox.count)
      pulledCiphertext &+= taken
      return reports.outbox.removeFirst(taken)
    }
    var start: UnsafeMutablePointer<CChar>?
    let count = unsafe isReleased ? 0 : max(0, Int(BIO_nread0(outer, &start)))
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
    let taken = try unsafe body(Span(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self)))
    guard checked(taken, of: bytes.count) > 0 else { return }
    pulledCiphertext &+= taken
    unsafe BIO_nread(outer, &start, CInt(clamping: taken))
  }

  private func checked(_ taken: Int, of count: Int) -> Int {
    precondition(0...count ~= taken, "return how many of the span's \(count) bytes were taken")
    return taken
  }
}

/// Reads all that one half of a pair has to read.
func everything(in half: OpaquePointer) -> [UInt8] {
  let count = unsafe BIO_ctrl_pending(half)
  guard count > 0 else { return [] }
  return [UInt8](capacity: count) { out in
    unsafe out.withUnsafeMutableBufferPointer { buffer, filled in
      let read = unsafe BIO_read(half, buffer.baseAddress, CInt(clamping: count))
      filled = max(0, Int(read))
    }
  }
}
