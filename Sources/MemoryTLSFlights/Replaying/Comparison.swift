import MemoryTLS

/// How closely two logs of one connection are compared.
public enum Comparison: Sendable, Hashable {
  /// Byte for byte.
  case bytes
  /// The messages and those of their fields that do not differ in every connection by nature, and how
  /// many records carry what nobody can read; because equal bytes cannot be had.
  case structure(because: String)
}

extension Comparison: CustomStringConvertible {
  /// How, and why not closer.
  public var description: String {
    switch self {
    case .bytes: "byte for byte"
    case .structure(let reason): "by structure, because \(reason)"
    }
  }
}

extension FlightLog {
  /// How closely a role's flights can be compared: bytes can be had again from its seed, with the same
  /// version of OpenSSL.
  ///
  /// - Parameter role: Whose flights; for both, both seeds are needed.
  /// - Returns: the closest comparison that what is known of the connection allows.
  public func comparison(of role: RecordedRole) -> Comparison {
    let hasSeeds = Direction.allCases.allSatisfy { direction in
      !role.sends(direction) || metadata.seed(direction) != nil
    }
    guard hasSeeds else { return .structure(because: "no seed is recorded") }
    guard let recorded = metadata.openssl else {
      return .structure(because: "no version of OpenSSL is recorded")
    }
    guard recorded == OpenSSLVersion.text else {
      return .structure(because: "\(recorded) recorded it, and this is \(OpenSSLVersion.text)")
    }
    return .bytes
  }
}

extension FlightLog.Metadata {
  /// Where the random bytes of who sends in a direction came from.
  func seed(_ direction: Direction) -> UInt64? {
    direction == .clientToServer ? clientSeed : serverSeed
  }
}
