/// What is wrong with a capture file, and where.
public struct CaptureError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where the block, record or header at fault begins, in bytes from the start of the file.
  public let offset: Int
  /// What is wrong there: one clause.
  public let reason: String

  /// The reason and the offset: "block says it has 4096 bytes where 12 are left, at offset 40".
  public var description: String { "\(reason), at offset \(offset)" }
}
