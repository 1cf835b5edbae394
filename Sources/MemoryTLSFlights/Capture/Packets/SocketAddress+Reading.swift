extension SocketAddress {
  /// Reads what ``description`` writes, and IPv6 in any form of RFC 4291 §2.2 without a dotted end;
  /// nil for anything else.
  init?(_ text: Substring) {
    guard let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...]),
      let address = IPAddress(text: text[..<colon])
    else { return nil }
    (self.address, self.port) = (address, port)
  }
}

extension IPAddress {
  /// Dotted decimal, or IPv6 in brackets.
  fileprivate init?(text: Substring) {
    let isVersion6 = text.first == "[" && text.last == "]"
    let bytes = isVersion6 ? Self.version6(text.dropFirst().dropLast()) : Self.version4(text)
    guard let bytes else { return nil }
    self.init(bytes)
  }

  private static func version4(_ text: Substring) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { UInt8($0) }
    return parts.count == 4 && bytes.count == 4 ? bytes : nil
  }

  private static func version6(_ text: Substring) -> [UInt8]? {
    let halves = text.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
    let groups = halves.map(groups)
    guard let first = groups.first, let head = first, let last = groups.last, let tail = last else {
      return nil
    }
    if groups.count == 1 { return head.count == 16 ? head : nil }
    guard head.count + tail.count < 16 else { return nil }
    return head + Array(repeating: 0, count: 16 - head.count - tail.count) + tail
  }

  /// Numbers between colons, two bytes each; nil if one is none.
  private static func groups(_ text: Substring) -> [UInt8]? {
    if text.isEmpty { return [] }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { $0.count > 4 ? nil : UInt16($0, radix: 16) }
    guard numbers.count == parts.count else { return nil }
    return numbers.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
  }
}
