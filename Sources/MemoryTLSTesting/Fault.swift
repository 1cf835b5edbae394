public import MemoryTLS

/// One thing that goes wrong on the wire of an ``EnginePair``, and its text in one line.
///
///     client: cut after 100 bytes
///     server flight 2: end after 0 bytes
///     server flight 1: flip bit 3 of byte 17
///     client: insert 15030300020100 at 40
///     server flight 1: drop record 2
///     server flight 1: drop 16 bytes at 40
///     server: duplicate record 1
///     server: swap record 1 with the next
///     client: delay record 1 by 2 turns
///     client: reflect 5 bytes at 0
///
/// In front stands whose bytes they are, and which of that side's flights, counted from 1; without it,
/// everything that side sends counts on. Records count from 1 too, offsets from 0, and bit 0 is the
/// lowest. Five verbs (`drop`, `duplicate`, `swap`, `delay`, `reflect`) take a whole record, however the
/// wire cuts it, or a chunk of so many bytes at an offset.
public struct Fault: Sendable, Hashable {
  /// Which bytes it strikes.
  public var direction: Direction
  /// Which flight of that direction, 1 for the first; nil where places count in all of its bytes.
  public var flight: Int?
  /// What happens.
  public var kind: Kind

  /// A fault on one direction, in one of its flights or wherever the place is.
  public init(_ direction: Direction, flight: Int? = nil, _ kind: Kind) {
    (self.direction, self.flight, self.kind) = (direction, flight, kind)
  }

  /// The most turns that a part can be late.
  static let mostTurns = 10_000

  /// What can happen to bytes. Numbers out of bounds count as the nearest that a text can say: places
  /// and sizes go to 2³¹ − 1, and 10,000 turns is the longest delay.
  public enum Kind: Sendable, Hashable {
    /// All behind so many bytes is lost, and the receiver waits.
    case cut(after: Int)
    /// All behind so many bytes is lost, and the receiver is told that nothing comes.
    case end(after: Int)
    /// One bit changes, 0 for the lowest.
    case flip(bit: Int, byte: Int)
    /// Bytes come that nobody sent.
    case insert([UInt8], at: Int)
    /// The part is lost.
    case drop(Part)
    /// The part comes twice.
    case duplicate(Part)
    /// The part comes behind the next record, or the next chunk of its size. If there is none in the
    /// flight, it comes when nothing else moves.
    case swap(Part)
    /// The part comes so many turns of the pair later, and what follows overtakes it.
    case delay(Part, turns: Int)
    /// The part goes back to who sent it, and does not arrive.
    case reflect(Part)
  }

  /// What a fault moves or takes away.
  public enum Part: Sendable, Hashable {
    /// A whole record by its number, 1 for the first; it is of the flight that it begins in.
    case record(Int)
    /// So many bytes, or as many as the flight has from there on.
    case chunk(Int, at: Int)
  }
}

extension Fault: CustomStringConvertible {
  /// The text that ``init(_:)`` reads.
  public var description: String {
    let side = direction == .clientToServer ? "client" : "server"
    return "\(side)\(flight.map { " flight \($0)" } ?? ""): \(kind)"
  }
}

extension Fault.Kind: CustomStringConvertible {
  /// The part of a fault's text behind the colon.
  public var description: String {
    switch self {
    case .cut(let count): "cut after \(counted(count, "byte"))"
    case .end(let count): "end after \(counted(count, "byte"))"
    case .flip(let bit, let byte): "flip bit \(bit) of byte \(byte)"
    case .insert(let bytes, let offset): "insert \(hexadecimal(bytes)) at \(offset)"
    case .drop(let part): "drop \(part)"
    case .duplicate(let part): "duplicate \(part)"
    case .swap(let part): "swap \(part) with the next"
    case .delay(let part, let turns): "delay \(part) by \(counted(turns, "turn"))"
    case .reflect(let part): "reflect \(part)"
    }
  }
}

extension Fault.Part: CustomStringConvertible {
  /// `record 2`, or `16 bytes at 40`.
  public var description: String {
    switch self {
    case .record(let number): "record \(number)"
    case .chunk(let count, let offset): "\(counted(count, "byte")) at \(offset)"
    }
  }
}

private func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
