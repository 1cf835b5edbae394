internal import COpenSSL

/// What a URI names: certificates and keys in files, tokens or whatever OpenSSL has a loader for.
///
/// A store may hold things of other kinds, so that what does not load as the kind that is wanted is
/// passed over: in a file, even a malformed certificate is.
struct Store {
  private let uri: String
  /// The URI as messages may show it.
  private let label: String

  init(_ uri: String, _ label: String) { (self.uri, self.label) = (uri, label) }

  /// Every certificate, in the store's order.
  func certificates(passphrase: String?) throws(TLSError) -> [X509Handle] {
    try unsafe load(OSSL_STORE_INFO_CERT, passphrase) { info in
      unsafe OSSL_STORE_INFO_get1_CERT(info).map { unsafe X509Handle(owning: $0) }
    }
  }

  /// The first private key. One in a token stays there: OpenSSL asks the provider to sign.
  func privateKey(passphrase: String?) throws(TLSError) -> KeyHandle {
    let found = try unsafe load(OSSL_STORE_INFO_PKEY, passphrase) { info in
      unsafe OSSL_STORE_INFO_get1_PKEY(info).map { unsafe KeyHandle(owning: $0) }
    }
    if let first = found.first { return first }
    throw TLSError(.malformedKey, .caller, "no private key in \(label)")
  }

  /// Takes everything of a kind.
  private func load<T>(
    _ kind: CInt, _ passphrase: String?, _ take: (OpaquePointer) -> T?
  ) throws(TLSError) -> [T] {
    // Refused, a provider may ask at the terminal by itself; pkcs11-provider does.
    let request = PassphraseRequest(passphrase, without: [])
    ErrorQueue.clear()
    let found = withExtendedLifetime(request) { unsafe read(kind, request, take) }
    let stack = ErrorQueue.drain().map(withoutPIN)
    guard let found else {
      let reason =
        stack.hasNoLoader ? ": no active provider of OpenSSL loads such" : stack.last.text
      throw TLSError(.unreadableFile, .caller, "cannot read \(label)\(reason)", stack: stack)
    }
    guard found.isEmpty || stack.contains(where: \.isSerious) else { return found }
    try request.check(label, stack)
    guard let serious = stack.last(where: \.isSerious) else { return found }
    throw TLSError(.unreadableFile, .caller, "cannot read \(label): \(serious)", stack: stack)
  }

  /// Nil if the store cannot be opened.
  private func read<T>(
    _ kind: CInt, _ request: PassphraseRequest, _ take: (OpaquePointer) -> T?
  ) -> [T]? {
    let asking = unsafe UI_UTIL_wrap_read_pem_callback(PassphraseRequest.answer, 0)
    defer { unsafe UI_destroy_method(asking) }
    let argument = unsafe Unmanaged.passUnretained(request).toOpaque()
    // C would read the URI up to a NUL.
    guard !uri.utf8.contains(0),
      let store = unsafe OSSL_STORE_open_ex(uri, nil, nil, asking, argument, nil, nil, nil)
    else { return nil }
    defer { unsafe OSSL_STORE_close(store) }
    unsafe OSSL_STORE_expect(store, kind)
    var found: [T] = []
    for _ in 0..<Self.limit where unsafe OSSL_STORE_eof(store) == 0 {
      guard let info = unsafe OSSL_STORE_load(store) else { continue }
      defer { unsafe OSSL_STORE_INFO_free(info) }
      guard unsafe OSSL_STORE_INFO_get_type(info) == kind, let taken = unsafe take(info) else {
        continue
      }
      found.append(taken)
    }
    return found
  }

  /// How many objects are looked at: a loader that fails for ever has an end.
  private static let limit = 4096

  private func withoutPIN(_ error: OpenSSLError) -> OpenSSLError {
    OpenSSLError(
      code: error.code, library: error.library, reason: error.reason, text: error.text,
      function: error.function, data: error.data.replacing(uri, with: label))
  }
}

extension OpenSSLError {
  /// Whether something failed, and was not just of another kind.
  fileprivate var isSerious: Bool {
    reason != Int(COpenSSL_ERR_R_UNSUPPORTED)
      || ![Int(ERR_LIB_OSSL_STORE), Int(ERR_LIB_OSSL_DECODER)].contains(library)
  }
}

extension [OpenSSLError] {
  fileprivate var hasNoLoader: Bool { last.map { !$0.isSerious } ?? false }
}

extension OpenSSLError? {
  /// The words as the end of a sentence.
  fileprivate var text: String { map { ": \($0)" } ?? "" }
}
