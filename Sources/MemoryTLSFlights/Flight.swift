public import MemoryTLS

/// What one side sent until the other answered.
public struct Flight: Sendable, Hashable {
  /// Who sent it.
  public let direction: Direction
  /// Its ciphertext.
  public internal(set) var bytes: [UInt8]
  /// When its first byte was sent or seen, if that is known.
  public internal(set) var time: Timestamp?
  /// What its sender meant, in the order in which that came about; empty where nobody could tell.
  public internal(set) var notes: [FlightNote]

  /// A flight; without bytes, to begin one.
  public init(
    _ direction: Direction, _ bytes: [UInt8] = [], time: Timestamp? = nil, notes: [FlightNote] = []
  ) {
    (self.direction, self.bytes, self.time, self.notes) = (direction, bytes, time, notes)
  }

  /// The SHA-256 of its bytes: 32 bytes.
  public var sha256: [UInt8] { MemoryTLS.sha256(of: bytes) }

  /// Its whole records.
  public var records: [Record] { Record.split(bytes).records }

  /// The names of the protocol messages in its notes; of an alert also what it says.
  public var messages: [String] { notes.compactMap { $0.message?.label } }
}
