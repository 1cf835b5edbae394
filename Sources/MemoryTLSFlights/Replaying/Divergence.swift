public import MemoryTLS

/// Something that is not as it was recorded, in words.
public struct Divergence: Sendable, Hashable {
  /// In which flight, from 1.
  public let flight: Int
  /// Who sent the flight.
  public let direction: Direction
  /// The first byte of the flight that differs, from 0; nil behind a flight's first divergence, and
  /// where bytes were not compared.
  public let offset: Int?
  /// What differs, in one line: "flight 2: one NewSessionTicket more".
  public let sentence: String
  /// The bytes around it: a line of what was recorded, one of what is there now, and marks below what
  /// differs; empty where there are none.
  public let excerpt: [String]
}

extension Divergence: CustomStringConvertible {
  /// The sentence, and the bytes below it.
  public var description: String {
    ([sentence] + excerpt.map { "  " + $0 }).joined(separator: "\n")
  }
}
