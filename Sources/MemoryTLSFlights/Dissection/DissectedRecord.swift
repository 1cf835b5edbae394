public import MemoryTLS

/// A record of a dissected log.
public struct DissectedRecord: Sendable, Hashable {
  /// The number of the flight in which it begins, from 0.
  public let flight: Int
  /// Which way it travels.
  public let direction: Direction
  /// Where it begins in that flight, in bytes.
  public let offset: Int
  /// What its header says.
  public let record: Record
  /// A part of all that travels that way: tiny records, each in an array, would take far more memory.
  let slice: ArraySlice<UInt8>
  /// What became of it.
  public let content: Content
  /// What it carries; nil if that is unreadable.
  public let plaintext: [UInt8]?

  /// What becomes of a record.
  public enum Content: Sendable, Hashable {
    /// It was not encrypted.
    case plaintext
    /// It was, and is not any more; what it really carries.
    case decrypted(ContentType)
    /// It stays encrypted; why, in words.
    case unreadable(String)
  }

  /// The whole record, which may end in a later flight.
  public var bytes: [UInt8] { Array(slice) }

  /// What it carries, as far as anybody can tell.
  public var contentType: ContentType {
    if case .decrypted(let type) = content { type } else { record.contentType }
  }
}

/// A message of a dissected log.
public struct DissectedMessage: Sendable, Hashable {
  /// The number of the flight in which it begins, from 0.
  public let flight: Int
  /// Which way it travels.
  public let direction: Direction
  /// From the record in which it begins to the one in which it ends, as indices of
  /// ``Dissection/records``. Records that go the other way may stand between.
  public let records: Range<Int>
  /// Whether it was encrypted.
  public let isEncrypted: Bool
  /// The message. Application data is one too, of as many bytes as its record carries.
  public let message: ProtocolMessage

  let version: ProtocolVersion
  let cipherSuite: CipherSuite?

  /// The message taken apart: fields that together are the message.
  public var fields: [MessageField] { message.fields(in: version, cipherSuite: cipherSuite) }
}
