// Data before the handshake is done: 0-RTT of clients, and what servers say before a client's Finished.

extension TLSEngine {
  /// Writes before the handshake is done (`SSL_write_early_data`); needs
  /// ``TLSConfiguration/earlyData``, which says what can happen to it.
  ///
  /// On a client, before the first `step()`: the ClientHello is made with the first bytes, and each
  /// call is one record that fits the ring, as with ``write(_:)``. On a server, once the ClientHello
  /// was answered and until `.done`: data for a client that has not proven itself yet. A server steps
  /// the handshake as needed, as `step()` does, before it answers or throws.
  /// - Returns: how many bytes were taken; else what is needed first.
  /// - Throws: `.unavailable` if nothing can be written early: ``earlyDataRoom`` is 0; on a server
  ///   `.undecided` when a ``decision`` is open, and why the handshake failed.
  public func writeEarly(_ plaintext: Span<UInt8>) throws(TLSError) -> Transfer {
    try enter()
    guard decision == nil else { throw .misuse(.undecided, phase) }
    guard !plaintext.isEmpty else { return .moved(0) }
    if role == .server, let need = try answerClientHello() { return .needs(need) }
    let limit = min(earlyDataRoom, plaintext.count, bounds.largestRecord)
    guard limit > 0 else { throw .unavailable("nothing can be written early", phase) }
    if let need = try resolve(connection.beginEarlyData()) { return .needs(need) }
    let (room, padding) = (connection.freeOutgoing, connection.recordPadding)
    guard padding.sealedSize(of: limit) <= room || connection.pendingCiphertext == 0 else {
      return .needs(.pull)
    }
    let count = min(limit, padding.largestPlaintext(sealedIn: room))
    let (outcome, moved) = connection.writeEarly(plaintext, count: count)
    if let need = try resolve(outcome) { return .needs(need) }
    report(.written, plaintext.extracting(..<moved))
    return .moved(moved)
  }

  /// Reads a client's early data, on a server (`SSL_read_early_data`), and appends it to `out`; needs
  /// ``TLSConfiguration/earlyData``, which says what can have happened to it.
  ///
  /// It steps the handshake as needed, as `step()` does, which takes early data in as well; what was
  /// taken in can be read after `.done`, too.
  /// - Returns: how many bytes were read; `.ended` when no more will come.
  /// - Throws: `.unavailable` on a client and without a configuration for it; `.undecided` when a
  ///   ``decision`` is open; why the handshake failed.
  public func readEarly(into out: inout OutputSpan<UInt8>) throws(TLSError) -> Transfer {
    try enter()
    guard role == .server, context.configuration.earlyData != .none else {
      throw .unavailable("no early data is to be read", phase)
    }
    guard out.freeCapacity > 0 else { return .moved(0) }
    if connection.reports.early.unread.isEmpty, connection.reports.early.isReading {
      let step = try step()
      guard decision == nil else { throw .misuse(.undecided, phase) }
      if connection.reports.early.unread.isEmpty, case .needs(let need) = step,
        connection.reports.early.isReading
      {
        return .needs(need)
      }
    }
    let before = out.count
    let moved = connection.reports.early.unread.move(into: &out)
    report(.read, out.span.extracting(before...))
    return moved > 0 ? .moved(moved) : .ended
  }

  /// How many bytes ``writeEarly(_:)`` can still write. On a client: 0 without a session that allows
  /// it, with other application protocols than the session's, and from the first `step()` on. On a
  /// server it is not bounded, and 0 until the ClientHello was answered and from `.done` on.
  public var earlyDataRoom: Int {
    guard phase == .handshake, !hasFailed else { return 0 }
    if role == .server { return connection.canAnswerEarly ? .max : 0 }
    return connection.earlyDataRoom
  }

  /// What became of the early data; nil if there was none, and as long as it is not known: on a
  /// client until `.done`.
  public var earlyData: EarlyDataOutcome? {
    role == .server || phase != .handshake ? connection.earlyDataOutcome : nil
  }

  /// Steps a server until it has said all that it says before the client's Finished.
  private func answerClientHello() throws(TLSError) -> Need? {
    guard context.configuration.earlyData != .none, phase == .handshake else { return nil }
    guard !connection.canAnswerEarly, case .needs(let need) = try step() else { return nil }
    guard decision == nil else { throw .misuse(.undecided, phase) }
    return connection.canAnswerEarly ? nil : need
  }
}

// MARK: - For callers who have arrays

extension TLSEngine {
  /// Writes early; see ``writeEarly(_:)``.
  public func writeEarly(_ plaintext: [UInt8]) throws(TLSError) -> Transfer {
    try writeEarly(plaintext.span)
  }

  /// Reads early data into a new array, at most `limit` bytes; see ``readEarly(into:)``.
  public func readEarly(
    upTo limit: Int = 16384
  ) throws(TLSError) -> (bytes: [UInt8], transfer: Transfer) {
    var transfer = Transfer.moved(0)
    let bytes = try [UInt8](capacity: min(max(0, limit), 16384)) { out throws(TLSError) in
      transfer = try readEarly(into: &out)
    }
    return (bytes, transfer)
  }
}
