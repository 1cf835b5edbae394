internal import COpenSSL

extension DistinguishedName {
  /// Reads one name (`d2i_X509_NAME`); nil for anything else, more bytes behind it included.
  package init?(der: [UInt8]) {
    ErrorQueue.clear()
    defer { ErrorQueue.clear() }
    let name = unsafe der.withUnsafeBufferPointer { buffer in
      var position = buffer.baseAddress
      let name = unsafe d2i_X509_NAME(nil, &position, buffer.count)
      let end = unsafe buffer.baseAddress.map { unsafe $0 + buffer.count }
      guard unsafe name != nil, unsafe position != end else { return unsafe name }
      unsafe X509_NAME_free(name)
      return nil
    }
    guard let name = unsafe name else { return nil }
    defer { unsafe X509_NAME_free(name) }
    unsafe self.init(der: der, description: text(of: name))
  }
}
