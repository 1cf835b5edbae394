import MemoryTLS

/// The bytes around the first that differs, of two pieces that should be equal.
enum HexExcerpt {
  /// Up to two lines of 16 bytes of each, whose offsets count from `base`, and marks below what
  /// differs. Nothing for equal pieces.
  static func lines(_ recorded: [UInt8], _ now: [UInt8], base: Int = 0) -> [String] {
    guard let place = recorded.firstDifference(from: now) else { return [] }
    guard !recorded.isEmpty else { return rows("now     ", now, base) }
    guard !now.isEmpty else { return rows("recorded", recorded, base) }
    // The line before tells where in the message it is, unless the place is near the start.
    let start = max(0, place / width - (place % width < width / 2 ? 1 : 0)) * width
    let end = start + 2 * width
    return stride(from: start, to: end, by: width).flatMap { start -> [String] in
      let (old, new) = (recorded.row(start), now.row(start))
      guard !old.isEmpty || !new.isEmpty else { return [] }
      let offset = HexDump.offset(base + start)
      guard old != new else { return ["both      \(offset)  \(text(old))"] }
      return [
        "recorded  \(offset)  \(text(old))", "now       \(offset)  \(text(new))",
        String(repeating: " ", count: 20) + marks(old, new),
      ]
    }
  }

  /// Where the other has nothing there is nothing to mark.
  private static func rows(_ name: String, _ bytes: [UInt8], _ base: Int) -> [String] {
    stride(from: 0, to: min(bytes.count, 2 * width), by: width).map { start in
      "\(name)  \(HexDump.offset(base + start))  \(text(bytes.row(start)))"
    }
  }

  private static func text(_ row: ArraySlice<UInt8>) -> String {
    row.isEmpty ? "nothing" : row.map { Hexadecimal.text([$0]) }.joined(separator: " ")
  }

  private static func marks(_ old: ArraySlice<UInt8>, _ new: ArraySlice<UInt8>) -> String {
    let marks = (0..<max(old.count, new.count)).map { index in
      old.dropFirst(index).first == new.dropFirst(index).first ? "   " : "^^ "
    }
    return marks.joined().trimmedEnd
  }

  private static let width = 16
}

extension [UInt8] {
  /// Where two sequences part; nil if they are equal.
  func firstDifference(from other: [UInt8]) -> Int? {
    let common = zip(self, other).prefix { $0 == $1 }.count
    return common == count && common == other.count ? nil : common
  }

  fileprivate func row(_ start: Int) -> ArraySlice<UInt8> {
    start < count ? self[start..<Swift.min(start + 16, count)] : []
  }
}

extension String {
  fileprivate var trimmedEnd: String {
    String(self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)])
  }
}
