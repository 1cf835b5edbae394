internal import COpenSSL

// The settings of a context that are certificates of others.

extension ContextHandle {
  func applyTrust(_ trust: Trust, _ verification: Verification) throws(TLSError) {
    switch trust {
    case .system where verification.needsOwnStore || library !== LibraryContext.process:
      // What is read in a library context of its own may not outlive it in a store of all.
      unsafe X509_STORE_set_default_paths(SSL_CTX_get_cert_store(pointer))
    case .system:
      guard let store = SystemRoots.shared() else { throw .outOfMemory("X509_STORE_new") }
      unsafe SSL_CTX_set1_cert_store(pointer, store.pointer)
    case .authorities(let source):
      try trustAuthorities(of: source)
    case .directory(let path):
      try trustDirectory(path)
    case .pins, .decision, .acceptAnyoneInsecurely:
      break
    }
  }

  func trustAuthorities(of source: Source) throws(TLSError) {
    let authorities = try source.certificates()
    guard !authorities.isEmpty else {
      throw TLSError(.emptyChain, .caller, "no certificate in \(source.label)")
    }
    let store = unsafe SSL_CTX_get_cert_store(pointer)
    for authority in authorities {
      unsafe X509_STORE_add_cert(store, authority.pointer)
      unsafe SSL_CTX_add_client_CA(pointer, authority.pointer)
    }
  }

  private func trustDirectory(_ path: String) throws(TLSError) {
    // OpenSSL would take a colon for a list of directories, and a file for one that is empty.
    guard !path.utf8.contains(UInt8(ascii: ":")) else {
      throw .configuration("directory \(path) has a colon in its name")
    }
    let probe = unsafe try openFile(path)
    defer { unsafe BIO_free(probe) }
    var byte: UInt8 = 0
    guard unsafe BIO_read(probe, &byte, 1) < 0 else {
      throw .configuration("\(path) is a file and not a directory")
    }
    guard unsafe SSL_CTX_load_verify_dir(pointer, path) == 1 else { throw .unreadable(path) }
  }
}

extension Trust {
  /// Makes the next context with ``system`` read the system's roots anew. Those that are there keep
  /// what they have.
  public static func forgetSystemRoots() { SystemRoots.forget() }
}

/// The system's roots: one store for the process, made when it is first asked for. OpenSSL locks it.
@safe
private final class SystemRoots: @unchecked Sendable {
  let pointer: OpaquePointer
  private static let last = Locked<SystemRoots?>(nil)

  static func shared() -> SystemRoots? {
    last.withLock { last in
      if last == nil { last = SystemRoots() }
      return last
    }
  }

  static func forget() { last.withLock { $0 = nil } }

  private init?() {
    guard let pointer = unsafe X509_STORE_new() else { return nil }
    unsafe self.pointer = pointer
    unsafe X509_STORE_set_default_paths(pointer)
    ErrorQueue.clear()
  }

  deinit { unsafe X509_STORE_free(pointer) }
}
