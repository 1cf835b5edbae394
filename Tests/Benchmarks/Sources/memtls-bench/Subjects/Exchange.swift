import MemoryTLS

/// Both ends of a connection.
struct Pair {
  let client: TLSEngine
  let server: TLSEngine
}

/// Moves connections between two engines, by turns and never for ever. It keeps the buffers from one
/// connection to the next.
struct Exchange {
  private let wire: Wire
  private let received = Buffer(capacity: 16384)
  private let message = [UInt8](repeating: 0x78, count: 64)
  /// The ciphertext since the last handshake began.
  private(set) var traffic = Trace.Traffic()

  init(_ carriage: Wire.Carriage) {
    wire = Wire(carriage)
  }

  mutating func shakeHands(_ pair: Pair) throws {
    traffic = Trace.Traffic()
    var (client, server) = (Step.needs(.pull), Step.needs(.pull))
    for _ in 0..<Self.turns {
      if client != .done { client = try pair.client.step() }
      try carryToServer(pair)
      if server != .done { server = try pair.server.step() }
      try carryToClient(pair)
      if client == .done, server == .done { return }
    }
    throw Failure("memtls: a handshake without progress")
  }

  /// 64 bytes there and back.
  mutating func talk(over pair: Pair, times: Int = 1) throws {
    for _ in 0..<times { try talkOnce(over: pair) }
  }

  /// A payload from the client to the server.
  mutating func send(_ payload: [UInt8], over pair: Pair, times: Int = 1) throws {
    for _ in 0..<times { try sendOnce(payload, over: pair) }
  }

  private mutating func talkOnce(over pair: Pair) throws {
    guard try pair.client.write(message) == .moved(message.count) else { throw Self.lost }
    try carryToServer(pair)
    guard try read(from: pair.server) == message.count else { throw Self.lost }
    guard try pair.server.write(message) == .moved(message.count) else { throw Self.lost }
    try carryToClient(pair)
    guard try read(from: pair.client) == message.count else { throw Self.lost }
  }

  private mutating func sendOnce(_ payload: [UInt8], over pair: Pair) throws {
    var (sent, arrived) = (0, 0)
    for _ in 0..<Self.turns {
      if sent < payload.count {
        let rest = payload.span.extracting(sent...)
        if case .moved(let count) = try pair.client.write(rest) { sent += count }
      }
      try carryToServer(pair)
      while arrived < payload.count {
        let count = try read(from: pair.server)
        guard count > 0 else { break }
        arrived += count
      }
      if arrived == payload.count { return }
    }
    throw Failure("memtls: a transfer without progress")
  }

  /// How many bytes there were, at most a record's; 0 if none have come.
  private func read(from engine: TLSEngine) throws(TLSError) -> Int {
    try received.fill(upTo: received.capacity) { out throws(TLSError) in
      guard case .moved(let count) = try engine.read(into: &out) else { return 0 }
      return count
    }
  }

  private mutating func carryToServer(_ pair: Pair) throws(TLSError) {
    traffic.toServer += try wire.carry(from: pair.client, to: pair.server)
  }

  private mutating func carryToClient(_ pair: Pair) throws(TLSError) {
    traffic.toClient += try wire.carry(from: pair.server, to: pair.client)
  }

  private static let lost = Failure("memtls: 64 bytes that did not arrive")
  /// More than any handshake or write takes.
  private static let turns = 1000
}
