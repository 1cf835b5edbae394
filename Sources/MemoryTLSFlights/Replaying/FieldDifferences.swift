import MemoryTLS

/// How the fields of two messages of a kind differ, in words; but for those that differ in every
/// connection by nature, and for what is the same in words.
struct FieldDifferences {
  private(set) var all: [Difference] = []

  /// Takes either message in its own version.
  init(_ recorded: [MessageField], _ now: [MessageField], of name: String) {
    compare(recorded, now, [name])
  }

  private mutating func compare(
    _ recorded: [MessageField], _ now: [MessageField], _ path: [String]
  ) {
    let (old, new) = (NamedField.all(in: recorded), NamedField.all(in: now))
    let before = Dictionary(old.map { ($0.key, $0.field) }) { first, _ in first }
    let after = Set(new.map(\.key))
    for field in old where !after.contains(field.key) {
      add(
        path, "\(field.field.name) is missing\(field.field.said(", recorded "))", field.field, nil)
    }
    for field in new {
      if let recorded = before[field.key] {
        compare(recorded, field.field, path + [field.field.name])
      } else {
        add(path, "\(field.field.name) is new\(field.field.said(": "))", nil, field.field)
      }
    }
    compareOrder(
      old.filter { after.contains($0.key) }.map(\.field.name),
      new.filter { before[$0.key] != nil }.map(\.field.name), path)
  }

  private mutating func compare(_ recorded: MessageField, _ now: MessageField, _ path: [String]) {
    guard recorded.bytes != now.bytes else { return }
    // What always differs still says something by being empty or not.
    let isSame =
      recorded.isVolatile && now.isVolatile
      ? recorded.value.isEmpty == now.value.isEmpty : recorded.value == now.value
    guard isSame else { return add(path, Self.words(recorded, now), recorded, now) }
    if !recorded.isVolatile { compare(recorded.children, now.children, path) }
  }

  /// Both values, or, of long lists, what only one of them has.
  private static func words(_ recorded: MessageField, _ now: MessageField) -> String {
    let lists = [recorded, now].map { field in
      field.value.split(separator: ", ", omittingEmptySubsequences: false).map(String.init)
    }
    let (left, added) = (lists[0].without(lists[1]), lists[1].without(lists[0]))
    guard max(recorded.value.count, now.value.count) > listLimit, !left.isEmpty || !added.isEmpty,
      !recorded.isVolatile
    else { return "recorded \(recorded.words); now \(now.words)" }
    return [("added", added), ("left out", left)].filter { !$0.1.isEmpty }
      .map { "\($0.0) \($0.1.joined(separator: ", ").shortened)" }.joined(separator: "; ")
  }

  private mutating func compareOrder(_ recorded: [String], _ now: [String], _ path: [String]) {
    let start = zip(recorded, now).prefix { $0 == $1 }.count
    guard recorded.count == now.count, start < now.count else { return }
    let end = zip(recorded.reversed(), now.reversed()).prefix { $0 == $1 }.count
    let prefix = "extension "
    let moved = [recorded, now].map { $0[start..<$0.count - end] }
    let noun = moved[1].allSatisfy { $0.hasPrefix(prefix) } ? "extensions" : "fields"
    let names = moved.map { names in
      names.map { $0.trimmingPrefix(prefix) }.joined(separator: ", ").shortened
    }
    add(path, "\(noun) in another order: recorded \(names[0]); now \(names[1])", nil, nil)
  }

  private mutating func add(
    _ path: [String], _ words: String, _ recorded: MessageField?, _ now: MessageField?
  ) {
    all.append(
      Difference(
        ", \(path.joined(separator: ", ")): \(words)", recorded?.bytes ?? [], now?.bytes ?? [],
        base: recorded?.offset ?? now?.offset ?? 0))
  }

  /// Characters that two of which are a sentence that can still be read.
  private static let listLimit = 120
}

/// What was agreed on, on which the form of messages depends.
struct Terms {
  var version = ProtocolVersion.tls13
  var cipherSuite: CipherSuite?

  func fields(of message: ProtocolMessage) -> [MessageField] {
    message.fields(in: version, cipherSuite: cipherSuite)
  }
}

/// A field that has something to say, and which of its name it is.
private struct NamedField {
  struct Key: Hashable {
    let name: String
    let number: Int
  }

  let key: Key
  let field: MessageField

  static func all(in fields: [MessageField]) -> [NamedField] {
    var counts: [String: Int] = [:]
    return fields.filter { !$0.isLength }.map { field in
      counts[field.name, default: 0] += 1
      return NamedField(key: Key(name: field.name, number: counts[field.name] ?? 0), field: field)
    }
  }
}

extension MessageField {
  /// Whether it follows from the lengths of other fields.
  var isLength: Bool { Self.lengths.contains(name) }

  private static let lengths: Set<String> = [framing, "length", "extensions_length"]

  /// Its value, or how long that is where it is digits that say nothing.
  fileprivate var words: String {
    if value.isEmpty { return "nothing" }
    return isVolatile ? "\(value.utf8.count / 2) bytes" : value.shortened
  }

  /// Its value with words before it, if it has any.
  fileprivate func said(_ words: String) -> String {
    value.isEmpty ? "" : "\(words)\(self.words)"
  }
}

extension [String] {
  /// The elements that another list does not have.
  fileprivate func without(_ others: [String]) -> [String] {
    let others = Set(others)
    return filter { !others.contains($0) }
  }
}

extension String {
  /// No longer than anyone reads.
  fileprivate var shortened: String { count <= 240 ? self : "\(prefix(239))…" }
}
