extension Terms {
  /// What is different, in words: this one's value and the other's.
  func differences(from other: Terms) -> [String] {
    func difference<T: Equatable>(_ name: String, _ own: T, _ others: T) -> String? {
      own == others ? nil : "\(name) \(own) and \(others)"
    }
    return [
      difference("cipher suite", suite, other.suite), difference("group", group, other.group),
      difference("signature scheme", scheme, other.scheme),
      difference("resumption", isResumed, other.isResumed),
      difference("tickets", tickets, other.tickets),
      difference("messages", messages.map(\.label), other.messages.map(\.label)),
      difference("bytes to the server", traffic.toServer, other.traffic.toServer),
      difference("bytes to the client", traffic.toClient, other.traffic.toClient),
      difference("bytes of a transfer", traffic.transfer, other.traffic.transfer),
    ].compactMap { $0 }
  }
}

extension Terms.Shape {
  fileprivate var label: String { "\(isSent ? ">" : "<")\(type):\(length)" }
}
