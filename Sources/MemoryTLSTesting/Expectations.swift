public import MemoryTLS

// What tests expect of a pair. Each settles it first, and throws a `PairFailure` that says where it was
// expected: any framework for tests shows that. What comes from another end, an alert or data, is
// judged when it has arrived.

extension EnginePair {
  /// One of the ends.
  public enum Side: Sendable, Hashable, CaseIterable {
    /// Who speaks first.
    case client
    /// Who answers.
    case server

    /// The other one.
    public var other: Side { self == .client ? .server : .client }
  }

  /// One end.
  public subscript(side: Side) -> Endpoint { side == .client ? client : server }

  /// Expects that the handshake is done and both ends say the same of it.
  ///
  ///     try pair.expectBoth(\.applicationProtocol, "h2")
  ///
  /// - Throws: what `settle` throws; what the ends have instead.
  public func expectBoth<Value: Equatable>(
    _ property: KeyPath<Negotiated, Value>, _ expected: Value,
    fileID: String = #fileID, line: Int = #line
  ) throws(PairFailure) {
    try settle(fileID: fileID, line: line)
    for side in Side.allCases {
      guard let negotiated = self[side].engine.negotiated else { continue }
      let found = negotiated[keyPath: property]
      guard found != expected else { continue }
      throw unmet(
        "\(property) should be \(shown(expected)); the \(side) has \(shown(found))", fileID, line)
    }
  }

  /// Expects that one end refuses the other with a fatal alert, and that this one gets it.
  ///
  /// - Parameters:
  ///   - side: Who refuses.
  ///   - alert: Which alert; nil for any.
  ///   - fileID: Where a failure says it was expected.
  ///   - line: The line there.
  /// - Returns: what the refusing end threw.
  /// - Throws: the story of a handshake that went well, stalled, or failed in another way.
  @discardableResult
  public func expectRefusal(
    by side: Side, _ alert: Alert? = nil, fileID: String = #fileID, line: Int = #line
  ) throws(PairFailure) -> TLSError {
    do throws(PairFailure) { try settle(fileID: fileID, line: line) } catch {
      guard error.reason == .failed else { throw error }
    }
    let wanted = alert.map { " with \($0)" } ?? ""
    guard let error = self[side].error, let sent = error.alert, sent.origin == .sent else {
      throw unmet("the \(side) should refuse the \(side.other)\(wanted)", fileID, line)
    }
    guard alert == nil || sent.alert == alert else {
      throw unmet("the \(side) should refuse\(wanted), not \(sent.alert)", fileID, line)
    }
    guard self[side.other].error?.alert?.alert == sent.alert else {
      throw unmet("the \(side.other) should be told \(sent.alert)", fileID, line)
    }
    return error
  }

  /// Expects that an end's handshake takes so many flights, those of both ends counted: until the
  /// client is done two for TLS 1.3 and four for TLS 1.2, and two again where a session is resumed.
  ///
  /// - Throws: what `settle` throws; the number of flights there were.
  public func expectFlights(
    _ count: Int, until side: Side = .client, fileID: String = #fileID, line: Int = #line
  ) throws(PairFailure) {
    try settle(fileID: fileID, line: line)
    guard let found = self[side].flightsUntilDone, found != count else { return }
    throw unmet("the \(side) should be done after \(count) flights, not \(found)", fileID, line)
  }

  /// Expects that everything an end has read is this.
  ///
  /// - Throws: what `settle` throws; the first byte that differs.
  public func expectReceived(
    _ plaintext: [UInt8], by side: Side, fileID: String = #fileID, line: Int = #line
  ) throws(PairFailure) {
    try settle(fileID: fileID, line: line)
    let found = self[side].received
    guard found != plaintext else { return }
    let same = zip(found, plaintext).prefix { $0 == $1 }.count
    throw unmet(
      "the \(side) should have read \(plaintext.count) bytes; it has \(found.count), of which the "
        + "first \(same) are right", fileID, line)
  }

  /// Closes both ends and expects that each sees the other's close_notify.
  ///
  /// - Throws: what `settle` throws; which end has not seen it.
  public func expectClose(fileID: String = #fileID, line: Int = #line) throws(PairFailure) {
    for side in Side.allCases { self[side].close() }
    try settle(fileID: fileID, line: line)
    for side in Side.allCases where !self[side].hasEnded {
      throw unmet("the \(side) should see the close of the \(side.other)", fileID, line)
    }
  }

  /// Expects anything else, once the pair has settled.
  ///
  ///     try pair.expect("a fresh handshake", pair.client.engine.negotiated?.resumed == false)
  ///
  /// - Throws: what `settle` throws; the words, if it is not so.
  public func expect(
    _ words: String, _ condition: @autoclosure () -> Bool, fileID: String = #fileID,
    line: Int = #line
  ) throws(PairFailure) {
    try settle(fileID: fileID, line: line)
    guard condition() else { throw unmet("expected \(words)", fileID, line) }
  }

  private func unmet(_ what: String, _ fileID: String, _ line: Int) -> PairFailure {
    failure(.unmet(what), SourcePlace(fileID, line))
  }
}

/// A value as people write it: without the `Optional` around it, and no longer than a line.
private func shown(_ value: some Any) -> String {
  let mirror = Mirror(reflecting: value)
  guard mirror.displayStyle == .optional else { return shortened("\(value)") }
  return mirror.children.first.map { shortened("\($0.value)") } ?? "nil"
}

private func shortened(_ text: String) -> String {
  text.count <= 80 ? text : text.prefix(79) + "…"
}
