import MemoryTLS

extension Outline {
  /// Who talks to whom: "127.0.0.1:50000 to 127.0.0.1:443", as far as that is known.
  public var heading: String {
    let ends = (log.metadata.endpoints ?? "").split(separator: " ")
    guard ends.count == 2 else { return log.metadata.endpoints ?? "client to server" }
    return "\(ends[0]) to \(ends[1])"
  }

  /// What was agreed on, as far as it shows, and whether what is encrypted could be read: some words
  /// each.
  public var summary: [String] {
    return [
      dissection.version.map { "\($0)" }, dissection.cipherSuite.map { "\($0)" },
      (dissection.serverName ?? log.metadata.serverName).map { "for \($0)" },
      decryption,
    ].compactMap { $0 }
  }

  /// What became of encrypted records; nil if there are none.
  private var decryption: String? {
    let sealed = flights.lazy.flatMap(\.entries).filter(\.isEncrypted)
    guard !sealed.isEmpty else { return nil }
    let closed = sealed.reduce(0) { $0 + ($1.message == nil ? $1.records.count : 0) }
    guard closed == 0 else {
      return "\(closed) encrypted \(closed == 1 ? "record stays" : "records stay") closed"
    }
    let isTold = sealed.contains { $0.records.isEmpty }
    return isTold ? "encrypted messages as they were recorded" : "decrypted"
  }
}
