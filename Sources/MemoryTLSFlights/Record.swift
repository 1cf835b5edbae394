public import MemoryTLS

/// One TLS record as it travels (RFC 8446 §5.1).
public struct Record: Sendable, Hashable {
  /// What it says it carries; in TLS 1.3 every protected record says application_data.
  public let contentType: ContentType
  /// The version field of the header, which TLS 1.3 keeps at TLS 1.2's value.
  public let version: ProtocolVersion
  /// Header and payload together, in bytes: at least 5.
  public let byteCount: Int

  /// Cuts bytes into records.
  ///
  /// - Returns: the whole records, and how many bytes behind them are no whole record.
  public static func split(_ bytes: [UInt8]) -> (records: [Record], rest: Int) {
    var records: [Record] = []
    var start = 0
    while let record = Record(startOf: bytes[start...]) {
      records.append(record)
      start += record.byteCount
    }
    return (records, bytes.count - start)
  }

  /// The record that the bytes start with; nil if it is not all there.
  init?(startOf bytes: ArraySlice<UInt8>) {
    guard bytes.count >= 5 else { return nil }
    let header = Array(bytes.prefix(5))
    contentType = ContentType(rawValue: header[0])
    version = ProtocolVersion(rawValue: UInt16(header[1]) << 8 | UInt16(header[2]))
    byteCount = 5 + Int(header[3]) << 8 + Int(header[4])
    guard bytes.count >= byteCount else { return nil }
  }
}
