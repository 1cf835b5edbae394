internal import COpenSSL

/// The subjectAltName of a certificate that is to be made (RFC 5280 §4.2.1.6).
///
/// Every name is handed to OpenSSL by itself. In a list in its configuration language, a comma in
/// one name would begin another.
struct AlternativeNames {
  private let names: [Certificate.Name]

  /// Throws if a name is none.
  init(_ names: [Certificate.Name]) throws(TLSError) {
    for name in names { try name.check() }
    self.names = names
  }

  /// Adds the extension, if there are any names; answers whether that was done.
  func add(to certificate: OpaquePointer) -> Bool {
    guard !names.isEmpty else { return true }
    guard let list = unsafe GENERAL_NAMES_new() else { return false }
    defer { unsafe GENERAL_NAMES_free(list) }
    guard names.allSatisfy({ unsafe append($0, to: list) }) else { return false }
    return unsafe X509_add1_ext_i2d(
      certificate, NID_subject_alt_name, UnsafeMutableRawPointer(list), 0, 0) == 1
  }

  private func append(_ name: Certificate.Name, to list: OpaquePointer) -> Bool {
    guard let made = unsafe a2i_GENERAL_NAME(nil, nil, nil, name.type, name.description, 0)
    else { return false }
    if unsafe COpenSSL_sk_GENERAL_NAME_push(list, made) > 0 { return true }
    unsafe GENERAL_NAME_free(made)
    return false
  }
}

extension Certificate.Name {
  fileprivate var type: CInt {
    switch self {
    case .dns: GEN_DNS
    case .address: GEN_IPADD
    case .email: GEN_EMAIL
    case .uri: GEN_URI
    }
  }

  fileprivate func check() throws(TLSError) {
    switch self {
    case .dns(let name):
      guard ServerName.isPattern(name) else {
        throw .configuration(
          "\"\(name)\" is no DNS name: letters, digits, -, _ and * in labels of 1 to 63 bytes")
      }
    case .address(let address):
      guard AddressText.isAddress(address) else {
        throw .configuration("\"\(address)\" is no IPv4 or IPv6 address")
      }
    case .email(let text), .uri(let text):
      guard !text.isEmpty, text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
        throw .configuration("\"\(text)\" is no text of visible ASCII characters")
      }
    }
  }
}
