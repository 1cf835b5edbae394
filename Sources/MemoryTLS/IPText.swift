/// IP addresses as text.
package enum IPText {
  /// Dotted decimal for 4 bytes, RFC 5952's form for 16, hexadecimal for anything else.
  package static func text(of bytes: [UInt8]) -> String {
    switch bytes.count {
    case 4: bytes.map(String.init).joined(separator: ".")
    case 16: ipv6(bytes)
    default: Hexadecimal.text(bytes)
    }
  }

  /// RFC 5952 §4: lower case, no leading zeros, the longest run of two or more zeros as "::".
  private static func ipv6(_ bytes: [UInt8]) -> String {
    let groups = stride(from: 0, to: 16, by: 2).map {
      UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
    }
    let run = longestZeroRun(in: groups)
    func text(_ range: Range<Int>) -> String {
      groups[range].map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard run.count > 1 else { return text(0..<8) }
    return text(0..<run.lowerBound) + "::" + text(run.upperBound..<8)
  }

  private static func longestZeroRun(in groups: [UInt16]) -> Range<Int> {
    var longest = 0..<0
    var start = 0
    for (index, group) in groups.enumerated() {
      if group != 0 { start = index + 1 }
      if index + 1 - start > longest.count { longest = start..<index + 1 }
    }
    return longest
  }
}
