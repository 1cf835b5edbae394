/// What is measured, by the name it has in reports.
enum SubjectKind: String, CaseIterable {
  /// Plain C over BIO pairs with OpenSSL's default settings. All others are compared with it, and it
  /// with itself.
  case c
  /// The same C with MemoryTLS's settings.
  case cMatched = "c-matched"
  /// MemoryTLS, ciphertext copied through a buffer as in the C.
  case memtls
  /// MemoryTLS, ciphertext copied from ring to ring.
  case zeroCopy = "memtls-zerocopy"
  /// MemoryTLS, copied as in the C, with what is fast on request.
  case fast = "memtls-fast"
  #if NIOSSL
    /// swift-nio-ssl in embedded channels, with the BoringSSL that it brings along.
    case nioSSL = "nio-ssl"
  #endif
}

extension SubjectKind {
  /// - Throws: ``Unsupported``, or what is wrong.
  func make(_ scenario: Scenario, _ credentials: Credentials) throws -> any Subject {
    switch self {
    case .c: try CSubject(scenario, credentials, .defaults)
    case .cMatched: try CSubject(scenario, credentials, .matched)
    case .memtls: try MemTLSSubject(scenario, credentials, .copied)
    case .zeroCopy: try MemTLSSubject(scenario, credentials, .inPlace)
    case .fast: try MemTLSSubject(scenario, credentials, .copied, .fast)
    #if NIOSSL
      case .nioSSL: try NIOSubject(scenario, credentials)
    #endif
    }
  }

  /// What it is, in a line.
  var summary: String {
    switch self {
    case .c: "plain C over BIO pairs, OpenSSL's default settings"
    case .cMatched: "the same C with MemoryTLS's settings"
    case .memtls: "MemoryTLS, ciphertext copied through a buffer"
    case .zeroCopy: "MemoryTLS, ciphertext copied from ring to ring"
    case .fast: "memtls with the algorithms that are needed alone, and remembered chains"
    #if NIOSSL
      case .nioSSL: "swift-nio-ssl in embedded channels, with the BoringSSL that it brings along"
    #endif
    }
  }

  /// Whether what it says on the wire has to be what `c-matched` says.
  var matchesC: Bool { [.memtls, .zeroCopy, .fast].contains(self) }
}
