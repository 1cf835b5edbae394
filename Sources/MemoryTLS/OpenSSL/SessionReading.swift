internal import COpenSSL

/// Owns one reference to an `SSL_SESSION`.
///
/// Nobody changes one that is in a ``SessionStore`` or a ``TLSSession``, nor gives it to a connection,
/// which would: so threads may read and copy it at the same time.
@safe
final class SessionHandle: @unchecked Sendable {
  let pointer: OpaquePointer
  /// Where the certificates in it were read: more than one, if it comes from a resumption.
  let libraries: [LibraryContext]

  init(owning pointer: OpaquePointer) { unsafe (self.pointer, libraries) = (pointer, []) }

  /// A copy that nobody else has (`SSL_SESSION_dup`); certificates are shared, not parsed again.
  init?(copying other: OpaquePointer, in libraries: [LibraryContext] = []) {
    guard let pointer = unsafe SSL_SESSION_dup(other) else { return nil }
    unsafe (self.pointer, self.libraries) = (pointer, libraries)
  }

  /// Reads one and nothing behind it (`d2i_SSL_SESSION`).
  init(der bytes: [UInt8]) throws(TLSError) {
    ErrorQueue.clear()
    var read = 0
    let pointer = unsafe bytes.withUnsafeBufferPointer { buffer in
      var position = buffer.baseAddress
      let pointer = unsafe d2i_SSL_SESSION(nil, &position, buffer.count)
      if let start = buffer.baseAddress, let end = unsafe position {
        read = unsafe end - start
      }
      return unsafe pointer
    }
    let stack = ErrorQueue.drain()
    guard let pointer = unsafe pointer else {
      throw .malformedSession("cannot be read\(stack.reason)", stack)
    }
    unsafe (self.pointer, libraries) = (pointer, [])
    guard read == bytes.count else {
      throw .malformedSession("has \(bytes.count - read) bytes behind it")
    }
  }

  deinit { unsafe SSL_SESSION_free(pointer) }
}

extension SessionHandle {
  /// What a connection in a library context can be given, which changes it: itself where nobody else
  /// has it, else a copy. Where it was read in another one, which may not live as long as the
  /// connection, it is read again.
  static func offer(
    _ session: inout SessionHandle, in library: LibraryContext
  ) throws(TLSError) -> SessionHandle {
    guard session.libraries.allSatisfy({ $0 === library }) else {
      return try SessionHandle(der: session.bytes)
    }
    if isKnownUniquelyReferenced(&session) { return session }
    guard let copy = unsafe SessionHandle(copying: session.pointer, in: session.libraries) else {
      throw .outOfMemory("SSL_SESSION_dup")
    }
    return copy
  }
}

// MARK: - What is in it

extension SessionHandle {
  /// Its DER (`i2d_SSL_SESSION`).
  var bytes: [UInt8] { unsafe encoded { unsafe i2d_SSL_SESSION(pointer, $0) } }

  /// Whether its DER is no longer than that, and can be written.
  func isWritten(within limit: Int) -> Bool {
    unsafe 1...limit ~= Int(i2d_SSL_SESSION(pointer, nil))
  }

  /// The same for one that has just come, in a fraction of the time: most are far shorter, and what can
  /// be long in them is known.
  func isWrittenOnArrival(within limit: Int) -> Bool {
    let certificate = unsafe SSL_SESSION_get0_peer(pointer).map { unsafe i2d_X509($0, nil) } ?? 0
    var (ticketCount, keyNameCount) = (0, 0)
    var keyName: UnsafeMutableRawPointer?
    unsafe SSL_SESSION_get0_ticket(pointer, nil, &ticketCount)
    unsafe SSL_SESSION_get0_ticket_appdata(pointer, &keyName, &keyNameCount)
    let longest = Int(certificate) + ticketCount + keyNameCount
    return longest + Self.sizeOfRest <= limit || isWritten(within: limit)
  }

  /// More than secrets, numbers and names take: none is longer than 256 bytes.
  private static let sizeOfRest = 2048

  /// By which a server finds it: 32 bytes.
  var identifier: [UInt8] {
    var count: CUnsignedInt = 0
    let start = unsafe SSL_SESSION_get_id(pointer, &count)
    return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
  }

  var version: ProtocolVersion {
    unsafe ProtocolVersion(
      rawValue: UInt16(truncatingIfNeeded: SSL_SESSION_get_protocol_version(pointer)))
  }

  /// Whom it is between (`SSL_SESSION_get0_id_context`).
  var binding: [UInt8] {
    var count: CUnsignedInt = 0
    let start = unsafe SSL_SESSION_get0_id_context(pointer, &count)
    return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
  }

  var serverName: String? {
    unsafe SSL_SESSION_get0_hostname(pointer).map { unsafe String(cString: $0) }
  }

  var applicationProtocol: String? {
    var start: UnsafePointer<UInt8>?
    var count = 0
    unsafe SSL_SESSION_get0_alpn_selected(pointer, &start, &count)
    guard count > 0 else { return nil }
    return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  /// What the server said; where it said nothing, what OpenSSL assumes.
  var lifetime: Int64 {
    let hint = unsafe Int64(clamping: SSL_SESSION_get_ticket_lifetime_hint(pointer))
    let seconds = hint > 0 ? hint : unsafe Int64(SSL_SESSION_get_timeout(pointer))
    return min(max(0, seconds), 604_800)
  }

  var issuedAt: Int64 { unsafe Int64(SSL_SESSION_get_time(pointer)) }

  var largestEarlyData: Int { unsafe Int(SSL_SESSION_get_max_early_data(pointer)) }

  var cipherSuite: CipherSuite? {
    let cipher = unsafe SSL_SESSION_get0_cipher(pointer)
    return unsafe cipher.map {
      unsafe CipherSuite(rawValue: SSL_CIPHER_get_protocol_id($0))
    }
  }
}

/// The time as OpenSSL takes it for the ages of sessions, in seconds since 1970.
func secondsSince1970() -> Int64 {
  guard let pointer = unsafe SSL_SESSION_new() else { return 0 }
  let fresh = unsafe SessionHandle(owning: pointer)
  return fresh.issuedAt
}

extension TLSError {
  static func malformedSession(
    _ problem: String, _ stack: [OpenSSLError] = []
  ) -> TLSError {
    TLSError(.malformedSession, .caller, "session \(problem)", stack: stack)
  }
}
