internal import COpenSSL

// Reading any number of things of one kind, in PEM or DER.

extension [UInt8] {
  /// Everything of a kind, in its order; nil if one is malformed. PEM of other kinds is passed over.
  func objects<Handle>(
    pem: (OpaquePointer) -> OpaquePointer?,
    der: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> OpaquePointer?,
    owning: (OpaquePointer) -> Handle
  ) -> [Handle]? {
    unsafe isPEM
      ? withBIO { unsafe objects(in: $0, pem, owning) } : derObjects(der, owning)
  }

  /// Reads PEM until there is no more.
  private func objects<Handle>(
    in bio: OpaquePointer, _ read: (OpaquePointer) -> OpaquePointer?,
    _ owning: (OpaquePointer) -> Handle
  ) -> [Handle]? {
    var found: [Handle] = []
    while let object = unsafe read(bio) { found.append(unsafe owning(object)) }
    let last = ERR_peek_last_error()
    let isEnd = ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE
    if isEnd { ErrorQueue.clear() }
    return isEnd ? found : nil
  }

  /// Reads one after the other, until nothing is left.
  private func derObjects<Handle>(
    _ read: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> OpaquePointer?,
    _ owning: (OpaquePointer) -> Handle
  ) -> [Handle]? {
    unsafe withUnsafeBufferPointer { buffer in
      var found: [Handle] = []
      var position = buffer.baseAddress
      var rest = buffer.count
      while rest > 0 {
        let start = unsafe position
        guard let object = unsafe read(&position, rest) else { return nil }
        found.append(unsafe owning(object))
        guard let start = unsafe start, let end = unsafe position else { return nil }
        rest -= unsafe end - start
      }
      return found
    }
  }
}
