internal import COpenSSL
internal import CProviders

extension Algorithms {
  /// The library context of an `SSL_CTX`; nil for the thread's default.
  ///
  /// Everything but the `SSL_CTX` stays where it is. OpenSSL exports keys of one library context to
  /// another when it first uses them there, and keeps the result with the key.
  func libraryContext(beside library: LibraryContext) throws(TLSError) -> OpaquePointer? {
    guard self == .needed else { return unsafe library.pointer }
    guard library === LibraryContext.process else {
      throw .configuration("needed algorithms cannot be had with a seed")
    }
    guard let pointer = unsafe NeededContext.shared.pointer else {
      throw .outOfMemory("OSSL_LIB_CTX_new")
    }
    var names: UnsafePointer<CChar>?
    if unsafe CProviders_isNeededElsewhere(&names) != 0, let names = unsafe names {
      let name = unsafe String(cString: names).prefix { $0 != ":" }
      throw .configuration(
        "needed algorithms are OpenSSL's own, and \(name) is none in this process",
        ErrorQueue.drain())
    }
    return unsafe pointer
  }
}

/// The library context that CProviders describes: one for the process, made when it is first asked for.
///
/// Never freed: OpenSSL keeps something of it in each thread, and looks for it there when that ends.
@safe
private struct NeededContext: @unchecked Sendable {
  let pointer = unsafe CProviders_needed()

  static let shared = NeededContext()
}
