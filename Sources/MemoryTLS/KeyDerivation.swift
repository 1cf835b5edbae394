/// The hash functions of cipher suites.
package enum HashFunction: Sendable, Hashable {
  case sha256, sha384

  /// How long its digests are, in bytes.
  package var byteCount: Int { self == .sha256 ? 32 : 48 }
}

/// Deriving keys from secrets that are known already.
extension HashFunction {
  /// HKDF-Expand-Label (RFC 8446 §7.1).
  ///
  /// - Parameters:
  ///   - secret: What to derive from.
  ///   - label: Without the `tls13 ` before it; up to 249 bytes.
  ///   - context: Up to 255 bytes.
  ///   - count: How many bytes to derive, up to 255 times ``byteCount``.
  /// - Returns: so many bytes; empty for what exceeds a limit.
  package func expandLabel(
    _ secret: [UInt8], _ label: String, context: [UInt8] = [], count: Int
  ) -> [UInt8] {
    let name = Array("tls13 \(label)".utf8)
    guard name.count < 256, context.count < 256, 1...(255 * byteCount) ~= count else { return [] }
    let length = [UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
    let info =
      length + [UInt8(truncatingIfNeeded: name.count)] + name
      + [UInt8(truncatingIfNeeded: context.count)] + context
    return expand(secret, info, count: count)
  }

  /// HKDF-Expand (RFC 5869 §2.3).
  private func expand(_ secret: [UInt8], _ info: [UInt8], count: Int) -> [UInt8] {
    var output: [UInt8] = []
    var block: [UInt8] = []
    var number: UInt8 = 1
    while output.count < count {
      block = authenticationCode(of: block + info + [number], key: secret)
      output += block
      number &+= 1
    }
    return Array(output.prefix(count))
  }

  /// The pseudorandom function of TLS 1.2 (RFC 5246 §5): so many bytes.
  package func pseudorandom(
    _ secret: [UInt8], _ label: String, seed: [UInt8], count: Int
  ) -> [UInt8] {
    let seed = Array(label.utf8) + seed
    var output: [UInt8] = []
    var chain = seed
    while output.count < count {
      chain = authenticationCode(of: chain, key: secret)
      output += authenticationCode(of: chain + seed, key: secret)
    }
    return Array(output.prefix(max(0, count)))
  }
}
