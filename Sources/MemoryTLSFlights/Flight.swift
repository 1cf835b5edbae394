public import MemoryTLS

/// What one side sent until the other answered.
public struct Flight: Sendable, Hashable {
  /// Who sent it.
  public let direction: Direction
  /// Its ciphertext.
  public internal(set) var bytes: [UInt8] = []
  /// The names of the protocol messages in it, where the sender could tell them.
  public internal(set) var messages: [String] = []

  /// A flight without bytes.
  public init(_ direction: Direction) { self.direction = direction }

  /// The SHA-256 of its bytes: 32 bytes.
  public var sha256: [UInt8] { MemoryTLS.sha256(of: bytes) }

  /// Its whole records.
  public var records: [Record] { Record.split(bytes).records }
}

/// The flights of one connection in their order.
public struct FlightLog: Sendable, Hashable {
  /// The flights; neighbours go opposite ways.
  public private(set) var flights: [Flight] = []

  /// An empty log.
  public init() {}

  /// Adds bytes and message names to the last flight, or begins a new one if that went the other way.
  public mutating func append(
    _ bytes: [UInt8], messages: [String] = [], _ direction: Direction
  ) {
    if flights.last?.direction != direction { flights.append(Flight(direction)) }
    flights[flights.count - 1].bytes += bytes
    flights[flights.count - 1].messages += messages
  }
}
