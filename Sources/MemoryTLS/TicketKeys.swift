/// The ticket keys of any number of servers, rotated while they run (``TLSConfiguration/ticketKeys``).
///
/// New tickets are sealed with the current key. Those of previous keys are still opened, and renewed.
/// Where several processes are one server, give all of them the same keys, and the next key as a
/// previous one to all before it becomes current anywhere.
public final class TicketKeys: Sendable {
  private let keys: Locked<[TicketKey]>

  /// The current key, and others that tickets are still opened with.
  public init(_ current: TicketKey, previous: [TicketKey] = []) {
    keys = Locked([current] + previous)
  }

  /// Seals with a new key from now on; tickets of the last ones are opened as before.
  ///
  /// - Parameters:
  ///   - key: The new current key.
  ///   - count: How many of the others are kept; tickets of the rest are worth nothing any more.
  public func rotate(to key: TicketKey, keeping count: Int = 2) {
    keys.withLock { keys in
      keys = [key] + keys.filter { $0.name != key.name }.prefix(max(0, count))
    }
  }

  /// The key that new tickets are sealed with.
  public var current: TicketKey { keys.withLock { $0[0] } }

  /// The others, the newest first.
  public var previous: [TicketKey] { keys.withLock { Array($0.dropFirst()) } }

  /// The key of a ticket, and whether it is the current one.
  func key(named name: some Sequence<UInt8>) -> (key: TicketKey, isCurrent: Bool)? {
    keys.withLock { keys in
      guard let index = keys.firstIndex(where: { $0.name.elementsEqual(name) }) else { return nil }
      return (keys[index], index == 0)
    }
  }
}

extension TicketKeys: Hashable {
  /// Whether both are one.
  public static func == (left: TicketKeys, right: TicketKeys) -> Bool { left === right }

  /// By identity.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
