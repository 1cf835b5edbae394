internal import COpenSSL

/// An `OSSL_LIB_CTX`, in which OpenSSL finds its algorithms and its random bytes: the process's, or a
/// private one with another generator.
///
/// Theory. A private one belongs to one context, and everything that is read or made for that is read
/// or made in it, because a key draws from where it was made. For the length of each call it is the
/// thread's default (`OSSL_LIB_CTX_set0_default`), so that no function has to be told of it. What
/// OpenSSL keeps of it in a thread goes at the end of each call: a thread that ends later than the
/// library context would look for it there (`OPENSSL_thread_stop_ex`).
@safe
final class LibraryContext: @unchecked Sendable {
  /// Nil for the process's.
  let pointer: OpaquePointer?
  private let provider: OpaquePointer?
  private let generator: RandomGenerator?

  /// The process's, which is never freed.
  static let process = LibraryContext()

  private init() { unsafe (pointer, provider, generator) = (nil, nil, nil) }

  private init(_ generator: RandomGenerator) throws(TLSError) {
    guard let pointer = unsafe OSSL_LIB_CTX_new() else { throw .outOfMemory("OSSL_LIB_CTX_new") }
    guard let provider = unsafe generator.install(pointer) else {
      let stack = ErrorQueue.drain()
      unsafe OSSL_LIB_CTX_free(pointer)
      throw .configuration("the generator of random bytes cannot be installed", stack)
    }
    unsafe (self.pointer, self.provider, self.generator) = (pointer, provider, generator)
  }

  deinit {
    guard let pointer = unsafe pointer else { return }
    unsafe OSSL_PROVIDER_unload(provider)
    unsafe OSSL_LIB_CTX_free(pointer)
  }

  static func of(_ entropy: Entropy) throws(TLSError) -> LibraryContext {
    guard let generator = entropy.generator else { return .process }
    ErrorQueue.clear()
    return try LibraryContext(generator)
  }

  /// Goes to where engines begin to draw, however much the making of their context has drawn.
  func begin() {
    guard let pointer = unsafe pointer, let generator else { return }
    unsafe generator.begin(pointer)
  }

  /// Runs a caller's closure inside a call: what it does is not to be drawn from a seed.
  func suspended(while body: () -> Void) {
    guard unsafe pointer != nil else { return body() }
    let inner = unsafe OSSL_LIB_CTX_set0_default(OSSL_LIB_CTX_get0_global_default())
    defer { unsafe OSSL_LIB_CTX_set0_default(inner) }
    body()
  }

  /// Runs something with it as the thread's default.
  func run<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let pointer = unsafe pointer else { return try body() }
    let outer = unsafe OSSL_LIB_CTX_set0_default(pointer)
    defer {
      unsafe OSSL_LIB_CTX_set0_default(outer)
      // A temporary one, which made a certificate, must not be freed before that.
      withExtendedLifetime(self) { unsafe OPENSSL_thread_stop_ex(pointer) }
    }
    return try body()
  }
}

/// A generator of random bytes that another module has as an OpenSSL provider.
@safe
package struct RandomGenerator: Sendable {
  fileprivate let install: @Sendable (OpaquePointer) -> OpaquePointer?
  fileprivate let begin: @Sendable (OpaquePointer) -> Void

  /// - Parameters:
  ///   - install: Puts it into a library context that has drawn nothing yet, and answers the provider,
  ///     to be unloaded before that is freed; nil if it fails, with the error queue filled.
  ///   - begin: Moves it to where engines begin to draw: always the same place, and none that the
  ///     making of a context gets to.
  package init(
    install: @escaping @Sendable (OpaquePointer) -> OpaquePointer?,
    begin: @escaping @Sendable (OpaquePointer) -> Void
  ) {
    unsafe (self.install, self.begin) = (install, begin)
  }
}
