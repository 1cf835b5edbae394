internal import COpenSSL

// Turning a `Source` into certificates and keys.

extension Source {
  /// The bytes, at most ``sizeLimit`` of them.
  func read() throws(TLSError) -> [UInt8] {
    let path: String
    switch self {
    case .bytes(let bytes): return bytes
    case .file(let name): path = name
    case .store: throw .configuration("\(label) is in a store, and has no bytes of its own")
    }
    let file = unsafe try openFile(path)
    defer { unsafe BIO_free(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = unsafe BIO_read(file, &piece, CInt(piece.count))
      if count < 0 { throw .unreadable(path) }
      if count == 0 { return bytes }
      bytes.append(contentsOf: piece[..<Int(count)])
      guard bytes.count <= Self.sizeLimit else {
        throw TLSError(
          .unreadableFile, .caller, "\(path) is larger than \(Self.sizeLimit) bytes")
      }
    }
  }

  /// 16 MiB: a hundred times the system's roots.
  private static let sizeLimit = 16 << 20

  /// Every certificate in it, in its order.
  func certificates() throws(TLSError) -> [X509Handle] {
    if case .store(let uri) = self { return try Store(uri, label).certificates(passphrase: nil) }
    let bytes = try read()
    ErrorQueue.clear()
    let found = unsafe bytes.objects(
      pem: { unsafe PEM_read_bio_X509_AUX($0, nil, PassphraseRequest.answer, nil) },
      der: { unsafe d2i_X509(nil, $0, $1) },
      owning: { unsafe X509Handle(owning: $0) })
    let stack = ErrorQueue.drain()
    guard let found else {
      let form = bytes.isPEM ? "is malformed" : "is neither PEM nor DER"
      throw TLSError(
        .malformedCertificate, .caller, "certificate \(label) \(form)\(stack.reason)", stack: stack)
    }
    return found
  }

  /// The private key in it.
  func privateKey(passphrase: String?) throws(TLSError) -> KeyHandle {
    if case .store(let uri) = self {
      return try Store(uri, label).privateKey(passphrase: passphrase)
    }
    let bytes = try read()
    ErrorQueue.clear()
    let request = PassphraseRequest(passphrase)
    let key = unsafe withExtendedLifetime(request) {
      let argument = unsafe Unmanaged.passUnretained(request).toOpaque()
      return unsafe bytes.withBIO { bio in
        unsafe bytes.isPEM
          ? PEM_read_bio_PrivateKey(bio, nil, PassphraseRequest.answer, argument)
          : derKey(bytes, bio, argument)
      }
    }
    let stack = ErrorQueue.drain()
    if let key = unsafe key { return unsafe KeyHandle(owning: key) }
    try request.check("private key \(label)", stack)
    let form = bytes.isPEM ? "is malformed" : "is neither PEM nor DER"
    throw TLSError(
      .malformedKey, .caller, "private key \(label) \(form)\(stack.reason)", stack: stack)
  }

  /// Plain DER of any form, else encrypted PKCS #8.
  private func derKey(
    _ bytes: [UInt8], _ bio: OpaquePointer, _ argument: UnsafeMutableRawPointer
  ) -> OpaquePointer? {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      var position = buffer.baseAddress
      return unsafe d2i_AutoPrivateKey(nil, &position, buffer.count)
    } ?? d2i_PKCS8PrivateKey_bio(bio, nil, PassphraseRequest.answer, argument)
  }
}

/// A BIO on a file or directory. C would open the file whose name ends before a NUL.
func openFile(_ path: String) throws(TLSError) -> OpaquePointer {
  ErrorQueue.clear()
  guard !path.utf8.contains(0), let file = unsafe BIO_new_file(path, "rb") else {
    throw .unreadable(path)
  }
  return unsafe file
}

extension [UInt8] {
  /// Whether a PEM header stands in it.
  var isPEM: Bool {
    let header = Array("-----BEGIN ".utf8)
    return indices.contains { self[$0] == header[0] && self[$0...].starts(with: header) }
  }

  /// Runs a reader over the bytes.
  func withBIO<T>(_ body: (OpaquePointer) -> T?) -> T? {
    unsafe withUnsafeBufferPointer { buffer in
      guard let bio = unsafe BIO_new_mem_buf(buffer.baseAddress, CInt(clamping: buffer.count))
      else { return nil }
      defer { unsafe BIO_free(bio) }
      return unsafe body(bio)
    }
  }
}

extension [OpenSSLError] {
  /// The root cause as the end of a sentence.
  var reason: String { first.map { ": \($0)" } ?? "" }
}
