/// A bounded dictionary: what was used longest ago makes room.
///
/// Theory: every use writes the key once more at the end of a queue, with the number of the use; an
/// entry of the queue counts only if its number is still the value's. So all operations take constant
/// time, but for a sweep whenever the queue is twice as long as it must be.
struct RecentlyUsed<Key: Hashable, Value> {
  private var values: [Key: (value: Value, use: UInt64)] = [:]
  private var queue: [(key: Key, use: UInt64)] = []
  private var start = 0
  private var uses: UInt64 = 0
  private let capacity: Int

  init(capacity: Int) { self.capacity = max(1, capacity) }

  var count: Int { values.count }

  var all: [Value] { values.values.map(\.value) }

  /// Looking at a value counts as a use; nil removes it.
  subscript(key: Key) -> Value? {
    mutating get {
      guard let found = values[key]?.value else { return nil }
      note(found, for: key)
      return found
    }
    set {
      guard let newValue else {
        values[key] = nil
        return
      }
      note(newValue, for: key)
      while values.count > capacity { removeOldest() }
    }
  }

  /// A value without using it.
  func peek(_ key: Key) -> Value? { values[key]?.value }

  private mutating func note(_ value: Value, for key: Key) {
    uses &+= 1
    values[key] = (value, uses)
    // Of one that is used again and again one entry is enough.
    guard queue.last?.key != key else { return queue[queue.count - 1].use = uses }
    queue.append((key, uses))
    guard queue.count / 2 - 8 > capacity else { return }
    queue = queue[start...].filter { values[$0.key]?.use == $0.use }
    start = 0
  }

  private mutating func removeOldest() {
    while start < queue.count {
      let (key, use) = queue[start]
      start += 1
      guard values[key]?.use == use else { continue }
      values[key] = nil
      return
    }
  }
}
