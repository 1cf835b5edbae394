internal import COpenSSL

// The settings of a context that are numbers and lists.

extension ContextHandle {
  func applyVersions(_ versions: ClosedRange<ProtocolVersion>) throws(TLSError) {
    guard versions.lowerBound >= .tls12, versions.upperBound <= .tls13 else {
      throw .configuration("versions \(versions) are not within TLSv1.2...TLSv1.3")
    }
    let lower = CInt(versions.lowerBound.rawValue)
    let upper = CInt(versions.upperBound.rawValue)
    guard unsafe COpenSSL_SSL_CTX_set_min_proto_version(pointer, lower) == 1,
      unsafe COpenSSL_SSL_CTX_set_max_proto_version(pointer, upper) == 1
    else { throw .configuration("versions \(versions) are not to be had", ErrorQueue.drain()) }
  }

  func applyCipherSuites(
    _ suites: [CipherSuite], _ versions: ClosedRange<ProtocolVersion>
  ) throws(TLSError) {
    var tls12: [String] = []
    var tls13: [String] = []
    guard let ssl = unsafe SSL_new(pointer) else { throw .outOfMemory("SSL_new") }
    defer { unsafe SSL_free(ssl) }
    for suite in suites {
      let name = try unsafe name(of: suite, in: ssl)
      if suite.isTLS13 { tls13.append(name) } else { tls12.append(name) }
    }
    for (version, names) in [(ProtocolVersion.tls12, tls12), (.tls13, tls13)]
    where versions.contains(version) && names.isEmpty {
      throw .configuration("no cipher suite for \(version) among \(suites)")
    }
    let isSet = unsafe SSL_CTX_set_ciphersuites(pointer, tls13.joined(separator: ":")) == 1
    guard isSet else {
      throw .configuration("cipher suites \(tls13) are not to be had", ErrorQueue.drain())
    }
    guard !tls12.isEmpty else { return }
    guard unsafe SSL_CTX_set_cipher_list(pointer, tls12.joined(separator: ":")) == 1 else {
      throw .configuration("cipher suites \(tls12) are not to be had", ErrorQueue.drain())
    }
  }

  /// OpenSSL's name of a cipher suite; only an `SSL` can be asked for it.
  private func name(of suite: CipherSuite, in ssl: OpaquePointer) throws(TLSError) -> String {
    let bytes = [UInt8(suite.rawValue >> 8), UInt8(suite.rawValue & 0xFF)]
    guard let cipher = unsafe SSL_CIPHER_find(ssl, bytes) else {
      throw .configuration("cipher suite \(suite) is unknown to \(OpenSSLVersion.text)")
    }
    return unsafe String(cString: SSL_CIPHER_get_name(cipher))
  }

  func applyGroups(_ groups: [NamedGroup]?) throws(TLSError) {
    guard let groups else { return }
    try applyList(groups, "group") { unsafe COpenSSL_SSL_CTX_set1_groups_list(pointer, $0) }
  }

  func applySignatureSchemes(_ schemes: [SignatureScheme]?) throws(TLSError) {
    guard let schemes else { return }
    try applyList(schemes, "signature scheme") {
      unsafe COpenSSL_SSL_CTX_set1_sigalgs_list(pointer, $0)
    }
  }

  /// Sets a list by the names of its members; each alone first, so that the error can name it.
  private func applyList(
    _ values: [some CodePoint], _ noun: String, _ set: (String) -> CInt
  ) throws(TLSError) {
    guard !values.isEmpty else { throw .configuration("an empty list of \(noun)s") }
    for value in values where set(value.description) != 1 {
      throw .configuration(
        "\(noun) \(value) is unknown to \(OpenSSLVersion.text)", ErrorQueue.drain())
    }
    guard set(values.map(\.description).joined(separator: ":")) == 1 else {
      throw .configuration("\(noun)s \(values) cannot stand together", ErrorQueue.drain())
    }
  }

  func applyRecordSize(_ bytes: Int) throws(TLSError) {
    guard 512...16384 ~= bytes,
      unsafe COpenSSL_SSL_CTX_set_max_send_fragment(pointer, CLong(bytes)) == 1
    else { throw .configuration("largest record of \(bytes) bytes is not within 512...16384") }
  }

  func applyTickets(of configuration: TLSConfiguration) throws(TLSError) {
    let tickets = configuration.tickets
    guard configuration.ticketFormat != .stateful || configuration.ticketKeys == nil else {
      throw .configuration("stateful tickets have no use for ticket keys")
    }
    guard 0...16 ~= tickets.count else {
      throw .configuration("\(tickets.count) tickets are not within 0...16")
    }
    if !tickets.areSent { unsafe SSL_CTX_set_options(pointer, COpenSSL_SSL_OP_NO_TICKET) }
    var atOnce = tickets.count
    if case .withFirstWrite = tickets { atOnce = 0 }
    if configuration.ticketsAwaitVerdict { atOnce = 0 }
    unsafe SSL_CTX_set_num_tickets(pointer, atOnce)
  }
}

/// A context's application protocols as bytes of the wire, at an address that stays.
@safe
final class ProtocolList: @unchecked Sendable {
  private let bytes: UnsafeMutableBufferPointer<UInt8>

  init(_ protocols: [String]) throws(TLSError) {
    var wire: [UInt8] = []
    for name in protocols {
      guard 1...255 ~= name.utf8.count else {
        throw .configuration(
          "application protocol \"\(name)\" has \(name.utf8.count) bytes, not 1 to 255")
      }
      wire.append(UInt8(name.utf8.count))
      wire.append(contentsOf: name.utf8)
    }
    guard wire.count <= 65533 else {
      throw .configuration("application protocols of \(wire.count) bytes exceed 65533")
    }
    unsafe bytes = .allocate(capacity: wire.count)
    _ = unsafe bytes.initialize(from: wire)
  }

  deinit { unsafe bytes.deallocate() }

  func install(in context: ContextHandle) {
    guard unsafe bytes.count > 0 else { return }
    let length = unsafe CUnsignedInt(bytes.count)
    unsafe SSL_CTX_set_alpn_protos(context.pointer, bytes.baseAddress, length)
    let list = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe SSL_CTX_set_alpn_select_cb(
      context.pointer,
      { _, out, outLength, offered, offeredLength, argument in
        guard let argument = unsafe argument else { return SSL_TLSEXT_ERR_NOACK }
        let list = unsafe Unmanaged<ProtocolList>.fromOpaque(argument).takeUnretainedValue()
        return unsafe list.select(out, outLength, offered, offeredLength)
      }, list)
  }

  /// Takes our first protocol that the client offered too; none is fatal (RFC 7301 §3.2).
  private func select(
    _ out: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ outLength: UnsafeMutablePointer<UInt8>?,
    _ offered: UnsafePointer<UInt8>?, _ offeredLength: CUnsignedInt
  ) -> CInt {
    var choice: UnsafeMutablePointer<UInt8>?
    let ours = unsafe CUnsignedInt(bytes.count)
    let result = unsafe SSL_select_next_proto(
      &choice, outLength, bytes.baseAddress, ours, offered, offeredLength)
    guard result == OPENSSL_NPN_NEGOTIATED else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    unsafe out?.pointee = UnsafePointer(choice)
    return SSL_TLSEXT_ERR_OK
  }
}
