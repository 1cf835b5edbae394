import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// The peer is gone in the middle of a session, after each byte that it could have sent last.
@Suite struct KilledPeerTests {
  @Test(arguments: versions, [Side.client, .server])
  func `a peer that goes at any byte of the handshake is reported, and nothing else`(
    version: ProtocolVersion, side: Side
  ) throws {
    let ends = try SessionEnds(version, side)
    let handshake = try Session(ends, limit: .max).run().handshakeLength
    #expect(handshake > 100)
    for offset in 0..<handshake {
      let outcome = try Session(ends, limit: offset).run()
      #expect(outcome.failure?.secure?.tls?.code == .truncated, "at byte \(offset)")
      #expect(outcome.delivered == [] && !outcome.hasEnded, "at byte \(offset)")
    }
  }

  @Test(arguments: versions, [Side.client, .server])
  func `a peer that goes later is reported behind every whole record`(
    version: ProtocolVersion, side: Side
  ) throws {
    let ends = try SessionEnds(version, side)
    let whole = try Session(ends, limit: .max).run()
    #expect(whole.failure?.wait == .nothingToWaitFor && whole.hasEnded)
    #expect(whole.delivered == Session.said)
    // Signatures vary by some bytes, and with them where a record ends.
    let last = whole.length - 20
    let edges = whole.marks.flatMap { [$0.length - 1, $0.length, $0.length + 1] }
    let sample = Array(stride(from: whole.handshakeLength, to: last, by: 97)) + edges
    for offset in sample where offset >= whole.handshakeLength && offset < last {
      let outcome = try Session(ends, limit: offset).run()
      #expect(outcome.failure?.secure?.tls?.code == .truncated, "at byte \(offset)")
      #expect(outcome.delivered == outcome.expected(at: offset), "at byte \(offset)")
      #expect(!outcome.hasEnded, "at byte \(offset)")
    }
  }

  @Test(arguments: versions, [Side.client, .server])
  func `a peer that goes behind its close_notify is none that was killed`(
    version: ProtocolVersion, side: Side
  ) throws {
    let session = try Session(SessionEnds(version, side), limit: .max)
    #expect(try session.run().hasEnded)
    session.cut()
    try session.tunnel.run(until: .peerHasLeft)
  }

  @Test(arguments: versions, [Side.client, .server])
  func `a peer that takes no more either has all it sent delivered`(
    version: ProtocolVersion, side: Side
  ) throws {
    let ends = try SessionEnds(version, side)
    let whole = try Session(ends, limit: .max).run()
    for offset in stride(from: 0, to: whole.length - 20, by: 211) {
      let outcome = try Session(ends, limit: offset, breaksWriting: true).run()
      let failure = try #require(outcome.failure?.secure)
      #expect(failure.tls?.code == .truncated || failure.transport == .brokenPipe)
      #expect(outcome.delivered == outcome.expected(at: offset), "at byte \(offset)")
      #expect(!outcome.hasEnded, "at byte \(offset)")
    }
  }
}

/// What the tunnel is.
enum Side: Sendable {
  case client, server
}

/// Contexts for both ends, which take longer to make than a session to run.
private struct SessionEnds {
  let side: Side
  private let client: TLSContext
  private let server: TLSContext

  init(_ version: ProtocolVersion, _ side: Side) throws {
    let settings = try Settings(version)
    (client, server) = (try TLSContext(settings.client), try TLSContext(settings.server))
    self.side = side
  }

  func engine(_ side: Side) throws -> TLSEngine {
    switch side {
    case .client: try TLSEngine(client, as: .client(.name("localhost")))
    case .server: try TLSEngine(server, as: .server)
    }
  }
}

/// A tunnel, a peer that says something in each round, and a channel that ends at some byte of that.
private final class Session {
  /// What the peer says, in these pieces.
  static let said = pattern(pieces.reduce(0, +))
  private static let pieces = [1, 100, 16384, 3000]

  let tunnel: Tunnel<MemoryChannel, SeveredChannel>
  private let channel: SeveredChannel
  private let plain: MemoryChannel
  private let peer: TLSStream<MemoryChannel>
  private var outcome = Outcome()

  init(_ ends: SessionEnds, limit: Int, breaksWriting: Bool = false) throws {
    let (near, far) = MemoryChannel.pair(capacity: 1 << 20)
    let (plain, plainNear) = MemoryChannel.pair(capacity: 1 << 20)
    self.plain = plain
    channel = SeveredChannel(near, limit: limit, breaksWriting: breaksWriting)
    peer = TLSStream(try ends.engine(ends.side == .client ? .server : .client), over: far)
    tunnel = Tunnel(
      plain: plainNear, secure: TLSStream(try ends.engine(ends.side), over: channel))
    #expect(try plain.write(pattern(3000, seed: 2)) == .moved(3000))
  }

  /// Takes turns until the tunnel fails, or the peer has closed.
  func run() throws -> Outcome {
    for _ in 0..<20 {
      outcome.failure = failure()
      guard outcome.failure?.wait == .nothingToWaitFor else { break }
      try speak()
    }
    outcome.delivered = try plain.read(upTo: 1 << 16).bytes
    outcome.hasEnded = try plain.read().movement == .ended
    return outcome
  }

  /// The channel ends here.
  func cut() { channel.limit = 0 }

  private func failure() -> Outcome.Failure? {
    do throws(Outcome.Failure) { try tunnel.run() } catch { return error }
    return nil
  }

  /// The handshake, and then one piece each time.
  private func speak() throws {
    guard try peer.write([]) == .moved(0) else { return }
    let count = outcome.marks.last?.said
    if count == nil { outcome.handshakeLength = peer.base.bytesWritten }
    if outcome.marks.count < Self.pieces.count {
      let piece = Self.pieces[outcome.marks.count]
      let next = (count ?? 0) + piece
      #expect(try peer.write(Array(Self.said[(next - piece)..<next])) == .moved(piece))
      outcome.marks.append((peer.base.bytesWritten, next))
    } else {
      _ = try peer.closeSending()
    }
    outcome.length = peer.base.bytesWritten
  }
}

/// What came of a session.
private struct Outcome {
  typealias Failure = Tunnel<MemoryChannel, SeveredChannel>.Failure

  var failure: Failure?
  var delivered: [UInt8] = []
  /// Whether the plain side was told of an end.
  var hasEnded = false
  /// Bytes that the peer sent before its first plaintext, and in all.
  var handshakeLength = 0
  var length = 0
  /// Bytes that the peer had sent when it had said so many bytes of plaintext.
  var marks: [(length: Int, said: Int)] = []

  /// The plaintext of all whole records before an offset.
  func expected(at offset: Int) -> [UInt8] {
    Array(Session.said.prefix(marks.last { $0.length <= offset }?.said ?? 0))
  }
}

/// A channel that ends behind so many bytes.
private final class SeveredChannel: Transport {
  /// How many more bytes come.
  var limit: Int
  private let base: MemoryChannel
  private let breaksWriting: Bool

  init(_ base: MemoryChannel, limit: Int, breaksWriting: Bool) {
    (self.base, self.limit, self.breaksWriting) = (base, limit, breaksWriting)
  }

  func read(into out: inout OutputSpan<UInt8>) throws(Errno) -> Movement {
    guard limit > 0 else { return .ended }
    let (bytes, movement) = try base.read(upTo: min(limit, out.freeCapacity))
    for byte in bytes { out.append(byte) }
    limit -= bytes.count
    return movement
  }

  func write(_ bytes: Span<UInt8>) throws(Errno) -> Movement {
    guard limit > 0 || !breaksWriting else { throw .brokenPipe }
    return try base.write(bytes)
  }

  func closeSending() throws(Errno) -> Movement { try base.closeSending() }
  func readiness(for interest: Interest) -> Readiness { Readiness() }
}
