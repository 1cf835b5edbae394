internal import COpenSSL

/// How far early data has got on one connection.
///
/// Theory: a server that takes early data must call `SSL_read_early_data` before all else, until it
/// says that there is no more, and `SSL_do_handshake` only then. A client calls `SSL_write_early_data`
/// before all else, or not at all. ``Connection/advance(_:)`` is where both come back to the handshake.
struct EarlyDataExchange {
  /// On a server: set until `SSL_read_early_data` has said that there is no more.
  var isReading = false
  /// On a server: set once it has answered the ClientHello.
  var hasAnswered = false
  /// On a server: read and not asked for yet; at most the configured limit.
  var unread = Outbox()
  /// On a client: what its configuration, and its session, allow.
  var limit = 0
  /// On a client: whether the ClientHello that announces early data was made.
  var announcement = Announcement.none
  /// On a client: set once the handshake was stepped.
  var isOver = false
  /// Bytes written by a client, or accepted by a server.
  var count = 0

  enum Announcement {
    case none
    /// Begun, and to be finished before anything else: the ring has no room.
    case halfSent
    case sent
  }
}

extension ContextHandle {
  func applyEarlyData(_ configuration: TLSConfiguration) throws(TLSError) {
    guard case .upTo(let bytes) = configuration.earlyData else { return }
    guard 1...EarlyData.largest ~= bytes else {
      throw .configuration("early data of \(bytes) bytes is not within 1...\(EarlyData.largest)")
    }
    guard configuration.ticketKeys == nil, configuration.ticketFormat != .stateless else {
      throw .configuration("early data needs stateful tickets: a stateless one can be replayed")
    }
    unsafe SSL_CTX_set_max_early_data(pointer, UInt32(bytes))
    unsafe SSL_CTX_set_recv_max_early_data(pointer, UInt32(bytes))
  }
}

// MARK: - Servers

extension Connection {
  /// Moves the handshake, which begins with early data on servers that take it.
  func advance(_ ssl: OpaquePointer) -> CInt {
    freshenOffer()
    guard mayCarryEarlyData else { return unsafe SSL_do_handshake(ssl) }
    reports.early.isOver = true
    guard unsafe reports.early.announcement != .halfSent || announce(ssl) == 1 else { return -1 }
    guard reports.early.isReading else { return unsafe SSL_do_handshake(ssl) }
    var record = [UInt8](repeating: 0, count: 16384)
    while true {
      var count = 0
      let result = unsafe SSL_read_early_data(ssl, &record, record.count, &count)
      guard result != SSL_READ_EARLY_DATA_ERROR else { return -1 }
      reports.early.hasAnswered = true
      reports.early.unread.append(Array(record[..<count]))
      reports.early.count += count
      guard result == SSL_READ_EARLY_DATA_FINISH else { continue }
      reports.early.isReading = false
      return unsafe SSL_do_handshake(ssl)
    }
  }

  /// Whether a server may write to a client that has not finished. (`SSL_in_init` is 0 as long as
  /// early data may come.)
  var canAnswerEarly: Bool {
    unsafe reports.early.hasAnswered && SSL_is_init_finished(ssl) == 0 && version == .tls13
  }
}

// MARK: - Clients

extension Connection {
  /// Allows early data with the session that was offered, if it was made with one of our protocols
  /// (RFC 8446 §4.2.10) and allows it itself.
  func allowEarlyData(_ configuration: TLSConfiguration, with session: TLSSession) {
    let protocols = configuration.applicationProtocols
    guard session.applicationProtocol.map(protocols.contains) ?? true,
      session.version == .tls13, configuration.versions.contains(.tls13)
    else { return }
    reports.early.limit = min(configuration.earlyData.limit, session.largestEarlyData)
    mayCarryEarlyData = reports.early.limit > 0
  }

  var earlyDataRoom: Int {
    reports.early.isOver ? 0 : reports.early.limit - reports.early.count
  }

  /// Makes a client's ClientHello, without any data yet, so that data fits the ring or waits.
  func beginEarlyData() -> Outcome {
    guard reports.sending == .clientToServer, reports.early.announcement != .sent else {
      return .success
    }
    return unsafe perform { unsafe announce($0) }
  }

  private func announce(_ ssl: OpaquePointer) -> CInt {
    var count = 0
    reports.early.announcement = .halfSent
    freshenOffer()
    let result = unsafe SSL_write_early_data(ssl, nil, 0, &count)
    if result == 1 { reports.early.announcement = .sent }
    return result == 1 ? 1 : -1
  }

  /// Writes the first `count` bytes as one record, which must fit the ring.
  func writeEarly(_ plaintext: Span<UInt8>, count: Int) -> (outcome: Outcome, moved: Int) {
    var moved = 0
    let outcome = unsafe plaintext.withUnsafeBufferPointer { buffer in
      unsafe perform { unsafe SSL_write_early_data($0, buffer.baseAddress, count, &moved) }
    }
    guard outcome == .success else { return (outcome, 0) }
    if reports.sending == .clientToServer { reports.early.count += moved }
    return (outcome, moved)
  }

  var earlyDataOutcome: EarlyDataOutcome? {
    switch unsafe SSL_get_early_data_status(ssl) {
    case SSL_EARLY_DATA_ACCEPTED: EarlyDataOutcome(verdict: .accepted, bytes: reports.early.count)
    case SSL_EARLY_DATA_REJECTED: EarlyDataOutcome(verdict: .rejected, bytes: reports.early.count)
    default: nil
    }
  }
}
