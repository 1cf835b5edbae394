/// What a workload asks of a pair of ends.
struct Scenario: Sendable, Hashable {
  /// Whether the client has a certificate too.
  var isMutual = false
  /// Whether each connection resumes what the one before it left.
  var isResumed = false
  /// Whether the server gives out tickets, as many as it does by default.
  var hasTickets = true
  /// Whether the client believes the system's roots, and not the authority that vouches for the server.
  var trustsSystem = false
  var suite = Suite.preferred

  /// A cipher suite that both ends have alone, or what each subject has by default.
  enum Suite: UInt16, Sendable, CaseIterable {
    case preferred = 0
    case aes128 = 0x1301
    case aes256 = 0x1302
    case chacha20 = 0x1303

    var name: String {
      switch self {
      case .preferred: "the preferred cipher suite"
      case .aes128: "AES-128-GCM"
      case .aes256: "AES-256-GCM"
      case .chacha20: "ChaCha20-Poly1305"
      }
    }
  }
}
