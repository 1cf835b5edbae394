internal import COpenSSL

// What one connection asks of its peer.

extension Connection {
  /// Takes the role: who speaks first, whom to expect, whether to ask for a certificate.
  func assume(_ role: Role, asking certificates: ClientCertificates) throws(TLSError) {
    switch role {
    case .client(let identity):
      unsafe SSL_set_connect_state(ssl)
      unsafe SSL_set_verify(ssl, SSL_VERIFY_PEER, noteVerification)
      let name = try identity.serverName.map(ServerName.checked)
      try expect(identity, named: name)
      try send(name)
    case .server:
      unsafe SSL_set_accept_state(ssl)
      unsafe SSL_set_verify(ssl, certificates.verifyMode, noteVerification)
    }
  }

  private func expect(_ identity: ServerIdentity, named name: String?) throws(TLSError) {
    let parameters = unsafe SSL_get0_param(ssl)
    switch identity {
    case .name(let asked):
      let name = name ?? asked
      let flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT
      unsafe X509_VERIFY_PARAM_set_hostflags(parameters, CUnsignedInt(flags))
      guard unsafe X509_VERIFY_PARAM_set1_host(parameters, name, name.utf8.count) == 1 else {
        throw .serverIdentity("server name \"\(name)\" was refused by OpenSSL")
      }
    case .address(let address):
      guard AddressText.isAddress(address),
        unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, address) == 1
      else { throw .serverIdentity("\"\(address)\" is no IPv4 or IPv6 address") }
    case .pinned, .unchecked:
      break
    }
  }

  private func send(_ name: String?) throws(TLSError) {
    guard let name else { return }
    guard unsafe COpenSSL_SSL_set_tlsext_host_name(ssl, name) == 1 else {
      throw .serverIdentity("server name \"\(name)\" was refused by OpenSSL")
    }
    reports.serverName = name
  }
}

extension ClientCertificates {
  var verifyMode: CInt {
    switch self {
    case .none: SSL_VERIFY_NONE
    case .request: SSL_VERIFY_PEER
    case .require: SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
    }
  }
}

/// Whether text is an IP address, as OpenSSL reads it.
enum AddressText {
  static func isAddress(_ text: String) -> Bool {
    // OpenSSL would read up to a NUL and take the rest for nothing, and a sign for part of a number.
    guard text.utf8.allSatisfy(isAllowed), let address = unsafe a2i_IPADDRESS(text) else {
      ErrorQueue.clear()
      return false
    }
    unsafe ASN1_OCTET_STRING_free(address)
    return true
  }

  /// Digits of either base, dots and colons.
  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: ":"), UInt8(ascii: "."): true
    case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
    default: false
    }
  }
}
