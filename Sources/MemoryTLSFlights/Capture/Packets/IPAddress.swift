import MemoryTLS

/// An address of IPv4 or IPv6.
struct IPAddress: Hashable, Comparable {
  private let number: UInt128
  private let isVersion6: Bool

  /// An address of 16 bytes is IPv6, of 4 IPv4.
  init(_ bytes: some Collection<UInt8>) {
    isVersion6 = bytes.count == 16
    number = bytes.reduce(0) { $0 << 8 | UInt128($1) }
  }

  /// 4 or 16.
  var bytes: [UInt8] {
    let count = isVersion6 ? 16 : 4
    return (1...count).map { UInt8(truncatingIfNeeded: number >> UInt128(8 * (count - $0))) }
  }

  static func < (one: IPAddress, other: IPAddress) -> Bool { one.number < other.number }
}

/// Where one end of a stream is.
struct SocketAddress: Hashable, Comparable, CustomStringConvertible {
  let address: IPAddress
  let port: UInt16

  /// Such as `127.0.0.1:443` and `[::1]:443`.
  var description: String {
    let bytes = address.bytes
    let text = IPText.text(of: bytes)
    return bytes.count == 16 ? "[\(text)]:\(port)" : "\(text):\(port)"
  }

  static func < (one: SocketAddress, other: SocketAddress) -> Bool {
    (one.address, one.port) < (other.address, other.port)
  }
}
