internal import COpenSSL

/// Owns an `SSL`, with its BIO pair and what its callbacks write to. One thread at a time.
@safe
final class Connection {
  let ssl: OpaquePointer
  let reports: CallbackReports
  /// Bytes that OpenSSL wants next; 0 if it did not ask since the last push. The BIO's own note
  /// (`BIO_ctrl_get_read_request`) is gone as soon as free space is looked at.
  var wantedCiphertext = 0
  /// OpenSSL's error queue after the call that failed last.
  var stack: [OpenSSLError] = []
  let recordPadding: RecordPadding
  /// Whether the inner BIO tells of what OpenSSL writes.
  var writesAreWatched = false
  /// Set when the handshake of TLS 1.3 is done, unless answers to the peer can be of any length.
  var canForeseeWrites = false
  /// All ciphertext that was ever pushed.
  var pushedCiphertext = 0
  /// Pushed ciphertext that OpenSSL has perhaps not taken yet: no less than there is.
  var unreadAtMost = 0
  /// All ciphertext that was ever pulled.
  var pulledCiphertext = 0
  /// Whether there is anything for the caller to decide.
  let mayDecide: Bool
  /// What the peer said first.
  var opening = Opening()
  /// Set while there is no memory for the rings: nothing may read or write them then.
  var isReleased = true
  /// Kept alive: callbacks of the `SSL_CTX` point into it.
  let context: ContextHandle
  let hasPrivateLibrary: Bool
  /// Whether this end reads early data, or may write any.
  var mayCarryEarlyData = false
  let pair: BIOPair

  convenience init(
    _ context: TLSContext, as role: Role, observer: MessageObserver?
  ) throws(TLSError) {
    ErrorQueue.clear()
    try self.init(
      context.handle, try BIOPair(context.configuration.ringCapacity), sending: role.sending,
      deciding: context.decisions(of: role), observer: observer)
    installMessageCallback(context.configuration.limits)
  }

  private init(
    _ context: ContextHandle, _ pair: BIOPair, sending: Direction,
    deciding points: DecisionPoints, observer: MessageObserver?
  ) throws(TLSError) {
    guard let ssl = unsafe SSL_new(context.pointer) else { throw .outOfMemory("SSL_new") }
    unsafe self.ssl = ssl
    self.context = context
    hasPrivateLibrary = context.library !== LibraryContext.process
    self.pair = pair
    mayDecide = !points.isEmpty
    recordPadding = context.recordPadding
    unsafe pair.connect(ssl)
    unsafe reports = CallbackReports(
      ssl: ssl, pair, sending: sending, deciding: points, observer: observer)
    mayCarryEarlyData = context.takesEarlyData && sending == .serverToClient
    reports.early.isReading = mayCarryEarlyData
    reports.preSharedKeys = context.preSharedKeys
    reports.sessionContext = context.sessionContext
    installCallbacks()
  }

  deinit { unsafe SSL_free(ssl) }

  /// The half that the `SSL` reads and writes.
  var inner: OpaquePointer { unsafe pair.inner }
  /// The half that is ours.
  var outer: OpaquePointer { unsafe pair.outer }
  /// How much both hold.
  var capacity: RingCapacity { pair.capacity }
}

// MARK: - Another context in the middle

extension Connection {
  /// A new `SSL` of another context in the place of a server's, on the same rings, which has read the
  /// same ClientHello. (`SSL_set_SSL_CTX` would take over little more than the certificates.)
  convenience init(
    replacing other: Connection, _ context: TLSContext
  ) throws(TLSError) {
    ErrorQueue.clear()
    try self.init(
      context.handle, other.pair, sending: other.reports.sending,
      deciding: context.decisions(of: .server), observer: other.reports.observer)
    opening = other.opening
    isReleased = other.isReleased
    (pushedCiphertext, pulledCiphertext) = (other.pushedCiphertext, other.pulledCiphertext)
    unreadAtMost = other.unreadAtMost
    (reports.events, reports.outbox) = (other.reports.events, other.reports.outbox)
    try assume(.server, asking: context.configuration.clientCertificates)
    try assumeSessions(of: context, as: .server, resuming: nil)
    try hear(other.reports.suspension.clientHello)
    installMessageCallback(context.configuration.limits)
  }

  /// Reads a ClientHello as if it had just come, up to the decision on it, which is to go on.
  private func hear(_ clientHello: [UInt8]) throws(TLSError) {
    guard let memory = unsafe BIO_new(BIO_s_mem()) else { throw .outOfMemory("BIO_new") }
    unsafe COpenSSL_BIO_set_mem_eof_return(memory, -1)
    for record in Self.records(of: clientHello) {
      unsafe BIO_write(memory, record, CInt(clamping: record.count))
    }
    unsafe SSL_set0_rbio(ssl, memory)
    reports.suspension.answers[.clientHello] = nil
    let outcome = unsafe perform { unsafe advance($0) }
    unsafe BIO_up_ref(inner)
    unsafe SSL_set0_rbio(ssl, inner)
    guard outcome == .undecided(.clientHello) else {
      throw diagnose(outcome, in: .handshake, inputHasEnded: false)
    }
    reports.suspension.answers[.clientHello] = .goOn
  }

  /// A handshake message in records of the largest size (RFC 8446 §5.1).
  private static func records(of message: [UInt8]) -> [[UInt8]] {
    stride(from: 0, to: message.count, by: 16384).map { start in
      let fragment = message[start..<min(start + 16384, message.count)]
      let length = UInt16(truncatingIfNeeded: fragment.count)
      return [22, 3, 1, UInt8(length >> 8), UInt8(length & 0xFF)] + fragment
    }
  }
}

// MARK: - Calls that move the connection

extension Connection {
  /// Moves the handshake. What a server of TLS 1.2 says while its client waits to be judged is kept
  /// back, however small the ring is.
  func handshake() -> Outcome {
    watchWrites()
    while true {
      let outcome = unsafe perform { unsafe advance($0) }
      guard version == .tls12, reports.suspension.awaitsVerdict else { return outcome }
      guard [.success, .wantRead, .wantWrite].contains(outcome) else { return outcome }
      unsafe reports.suspension.withheld += everything(in: outer)
      guard outcome == .wantWrite else { return outcome }
    }
  }

  /// Reads at most one record's plaintext; `count` grows by what was read.
  func read(into out: inout OutputSpan<UInt8>) -> (outcome: Outcome, moved: Int) {
    var moved = 0
    if unreadAtMost > capacity.incoming { unreadAtMost = unreadCiphertext }
    // What is left of tickets goes before anything is read.
    watchWrites(inRoom: isInHandshake ? 0 : freeOutgoing, filling: unreadAtMost)
    let outcome = unsafe out.withUnsafeMutableBufferPointer { buffer, filled in
      let free = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
      let outcome = unsafe perform { unsafe SSL_read_ex($0, free.baseAddress, free.count, &moved) }
      if outcome == .success { filled += moved }
      return outcome
    }
    return (outcome, outcome == .success ? moved : 0)
  }

  /// Writes the first `count` bytes as one record, which must fit the ring.
  func write(
    _ plaintext: Span<UInt8>, count: Int, inRoom room: Int
  ) -> (outcome: Outcome, moved: Int) {
    var moved = 0
    watchWrites(inRoom: room, filling: sealedSize(of: count))
    let outcome = unsafe plaintext.withUnsafeBufferPointer { buffer in
      unsafe perform { unsafe SSL_write_ex($0, buffer.baseAddress, count, &moved) }
    }
    return (outcome, outcome == .success ? moved : 0)
  }

  /// Sends close_notify, once. `SSL_shutdown` answers 0 when it is sent and the peer's is to come.
  func shutdown() -> Outcome {
    watchWrites()
    return unsafe perform { ssl in
      let result = unsafe SSL_shutdown(ssl)
      return result == 0 ? 1 : result
    }
  }

  /// Queues this many TLS 1.3 tickets; the next handshake call writes them.
  func queueTickets(_ count: Int) {
    for _ in 0..<count { unsafe SSL_new_session_ticket(ssl) }
    ErrorQueue.clear()
  }

  /// Whether a handshake message is half read or half written (`SSL_in_init`).
  var isInHandshake: Bool { unsafe SSL_in_init(ssl) != 0 }
}
