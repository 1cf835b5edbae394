import Foundation
import MemoryTLS
import MemoryTLSTesting

/// What throw-away certificates have in common.
enum Throwaway {
  /// How long they are good for, unless asked otherwise.
  static let days = 30

  /// From an hour ago, for peers whose clocks are behind, until so many days from now.
  static func validity(days: Int = days) -> Range<Int64> {
    let now = Int64(Date().timeIntervalSince1970)
    return now - 3600..<now + Int64(days) * 86400
  }

  /// An address if it is one, else a DNS name, which may turn out to be none.
  static func name(_ host: String) -> Certificate.Name {
    guard case .address(let address) = ServerIdentity.host(host) else { return .dns(host) }
    return .address(address)
  }

  /// A certificate that vouches for itself, good for this name alone.
  static func selfSigned(_ purpose: TestIdentity.Purpose, for host: String) throws -> TestIdentity {
    try TestIdentity.selfSigned(
      purpose, commonNameSizes ~= host.utf8.count ? host : "self-signed", names: [name(host)],
      validity: validity())
  }

  /// RFC 5280 appendix A.1, ub-common-name.
  private static let commonNameSizes = 1...64
}
