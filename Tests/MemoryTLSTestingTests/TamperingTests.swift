@testable import MemoryTLSTesting
import MemoryTLS
import Testing

@Suite struct TamperingTests {
  /// Three records of 6, 7 and 8 bytes.
  private static let flight: [UInt8] =
    [22, 3, 3, 0, 1, 1] + [22, 3, 3, 0, 2, 2, 2] + [22, 3, 3, 0, 3, 3, 3, 3]
  private static let (first, second, third) = (
    Array(flight[..<6]), Array(flight[6..<13]), Array(flight[13...])
  )
  private static let sizes = [1, 2, 3, 5, 6, 7, 13, 21]

  /// What comes out, at once and when nothing moves any more.
  private struct Outcome: Equatable {
    var forward: [UInt8] = []
    var back: [UInt8] = []
    var hasEnded = false
    var late: [UInt8] = []

    mutating func add(_ deliveries: [Tampering.Delivery], isLate: Bool = false) {
      for delivery in deliveries {
        switch delivery {
        case .forward(let bytes) where isLate: late += bytes
        case .forward(let bytes): forward += bytes
        case .back(let bytes): back += bytes
        case .end: hasEnded = true
        }
      }
    }
  }

  /// Sends a flight in front, then the one above, then one behind.
  private func run(_ text: String, pieces size: Int, around: [UInt8] = []) throws -> Outcome {
    var tampering = Tampering(try Fault("client " + text))
    var outcome = Outcome()
    for flight in [around, Self.flight, around] where !flight.isEmpty {
      for start in stride(from: 0, to: flight.count, by: size) {
        let piece = Array(flight[start..<min(start + size, flight.count)])
        outcome.add(tampering.carry(piece, startsFlight: start == 0))
      }
    }
    for _ in 0..<10 { outcome.add(tampering.endTurn(isIdle: true) ?? [], isLate: true) }
    #expect(tampering.endTurn(isIdle: true) == nil)
    return outcome
  }

  @Test(arguments: sizes)
  func `bytes are changed, inserted, lost or ended at their place`(size: Int) throws {
    let flight = Self.flight
    var flipped = flight
    flipped[11] ^= 0x80
    #expect(try run("flight 1: flip bit 7 of byte 11", pieces: size) == Outcome(forward: flipped))
    #expect(
      try run("flight 1: insert aabb at 6", pieces: size)
        == Outcome(forward: Self.first + [0xAA, 0xBB] + flight[6...]))
    #expect(
      try run("flight 1: insert aa at 21", pieces: size) == Outcome(forward: flight + [0xAA]))
    #expect(try run("flight 1: insert aa at 22", pieces: size) == Outcome(forward: flight))
    #expect(
      try run("flight 1: cut after 8 bytes", pieces: size) == Outcome(forward: Array(flight[..<8])))
    #expect(
      try run("flight 1: end after 8 bytes", pieces: size)
        == Outcome(forward: Array(flight[..<8]), hasEnded: true))
    #expect(try run(": end after 0 bytes", pieces: size) == Outcome(hasEnded: true))
    #expect(
      try run(": end after 21 bytes", pieces: size) == Outcome(forward: flight, hasEnded: true))
  }

  @Test(arguments: sizes)
  func `whole records move, however they are cut`(size: Int) throws {
    let (first, second, third) = (Self.first, Self.second, Self.third)
    func outcome(_ text: String) throws -> Outcome { try run(text, pieces: size) }
    #expect(try outcome("flight 1: drop record 2") == Outcome(forward: first + third))
    #expect(
      try outcome("flight 1: duplicate record 2")
        == Outcome(forward: first + second + second + third))
    #expect(
      try outcome("flight 1: swap record 1 with the next")
        == Outcome(forward: second + first + third))
    #expect(
      try outcome("flight 1: swap record 3 with the next")
        == Outcome(forward: first + second, late: third))
    #expect(
      try outcome(": reflect record 3") == Outcome(forward: first + second, back: third))
    #expect(
      try outcome(": delay record 1 by 3 turns") == Outcome(forward: second + third, late: first))
    #expect(try outcome("flight 1: drop record 4") == Outcome(forward: Self.flight))
  }

  @Test(arguments: sizes)
  func `chunks move, as much of them as there is`(size: Int) throws {
    let flight = Self.flight
    func outcome(_ text: String) throws -> Outcome { try run(text, pieces: size) }
    #expect(
      try outcome(": drop 5 bytes at 3") == Outcome(forward: Array(flight[..<3] + flight[8...])))
    #expect(try outcome(": drop 5 bytes at 18") == Outcome(forward: Array(flight[..<18])))
    #expect(
      try outcome(": swap 2 bytes at 4 with the next")
        == Outcome(forward: Array(flight[..<4] + flight[6..<8] + flight[4..<6] + flight[8...])))
    #expect(
      try outcome(": swap 2 bytes at 18 with the next")
        == Outcome(forward: Array(flight[..<18]), late: [3, 3, 3]))
    #expect(
      try outcome(": reflect 1 byte at 0") == Outcome(forward: Array(flight[1...]), back: [22]))
  }

  @Test(arguments: sizes)
  func `a flight's places are its own`(size: Int) throws {
    let (first, second, third) = (Self.first, Self.second, Self.third)
    let other: [UInt8] = [23, 3, 3, 0, 1, 0]
    func outcome(_ text: String) throws -> Outcome { try run(text, pieces: size, around: other) }
    #expect(
      try outcome("flight 2: drop record 1") == Outcome(forward: other + second + third + other))
    #expect(
      try outcome(": drop record 2") == Outcome(forward: other + second + third + other))
    #expect(
      try outcome("flight 2: drop record 4")
        == Outcome(forward: other + Self.flight + other))
    #expect(
      try outcome("flight 2: swap record 3 with the next")
        == Outcome(forward: other + Self.flight + other))
    #expect(
      try outcome("flight 2: drop 100 bytes at 13")
        == Outcome(forward: other + first + second + other))
    #expect(
      try outcome("flight 2: cut after 6 bytes") == Outcome(forward: other + first))
    #expect(
      try outcome("flight 1: insert aa at 7") == Outcome(forward: other + Self.flight + other))
    #expect(
      try outcome("flight 4: cut after 0 bytes") == Outcome(forward: other + Self.flight + other))
  }

  @Test(
    arguments: [
      .drop(.chunk(.max, at: 2)), .swap(.chunk(.max, at: 0)), .drop(.record(.max)),
      .swap(.record(.max)), .drop(.chunk(-1, at: -1)), .cut(after: -1), .flip(bit: 300, byte: -1),
      .flip(bit: -1, byte: .max), .insert([], at: .min), .delay(.record(.min), turns: .max),
    ] as [Fault.Kind])
  func `numbers out of bounds are bounded`(kind: Fault.Kind) throws {
    let pair = try PairSettings(seed: 1).pair()
    pair.inject(Fault(.clientToServer, kind))
    // Some of these faults stop the pair, and none of them the process.
    _ = try? pair.settle(limit: 20_000)
    #expect(!pair.log.flights.isEmpty)
  }

  @Test func `what is delayed comes so many turns later`() throws {
    var tampering = Tampering(try Fault("client: delay 2 bytes at 0 by 3 turns"))
    #expect(tampering.carry([1, 2, 3], startsFlight: true) == [.forward([3])])
    #expect(tampering.endTurn(isIdle: false) == [])
    #expect(tampering.endTurn(isIdle: true) == [])
    #expect(tampering.endTurn(isIdle: true) == [.forward([1, 2])])
    #expect(tampering.endTurn(isIdle: true) == nil)
  }

  @Test func `what waits for its other half waits until nothing moves`() throws {
    var tampering = Tampering(try Fault("client: drop 4 bytes at 0"))
    #expect(tampering.carry([1, 2], startsFlight: true) == [])
    #expect(tampering.endTurn(isIdle: false) == nil)
    #expect(tampering.carry([3], startsFlight: false) == [])
    #expect(tampering.endTurn(isIdle: true) == [])
    #expect(tampering.carry([4], startsFlight: false) == [.forward([4])])
  }
}
