// The verbs for callers who have arrays.

extension TLSEngine {
  /// Reads plaintext into a new array, at most `limit` bytes and one record.
  ///
  /// - Returns: the bytes, empty where the transfer moved none, and the transfer.
  public func read(upTo limit: Int = 16384) throws(TLSError) -> (bytes: [UInt8], transfer: Transfer)
  {
    var transfer = Transfer.moved(0)
    let bytes = try [UInt8](capacity: min(max(0, limit), 16384)) { out throws(TLSError) in
      transfer = try read(into: &out)
    }
    return (bytes, transfer)
  }

  /// Writes plaintext; see ``write(_:)``.
  public func write(_ plaintext: [UInt8]) throws(TLSError) -> Transfer {
    try write(plaintext.span)
  }

  /// Pushes ciphertext; see ``push(_:)``.
  public func push(_ ciphertext: [UInt8]) throws(TLSError) -> Int {
    try push(ciphertext.span)
  }

  /// Pulls pending ciphertext into a new array, at most `limit` bytes.
  public func pull(upTo limit: Int = .max) -> [UInt8] {
    [UInt8](capacity: max(0, min(limit, pendingCiphertext))) { out in pull(into: &out) }
  }
}
