import Foundation
import Synchronization
import Testing

/// Readers that take nothing for a while: two tunnels between a source and a sink keep little of it.
@Suite(.enabled(if: !isSanitized, "AddressSanitizer holds freed memory back"))
struct SlowReaderTests {
  private let credentials: Credentials

  init() throws { credentials = try Credentials() }

  @Test(arguments: [Flow.outward, .inward])
  func `256 MiB wait at their source, and nowhere else`(flow: Flow) throws {
    try expectFlatMemory(connections: 1, of: 256 << 20, flow, atMost: 64 << 20)
  }

  @Test(arguments: [Flow.outward, .inward])
  func `twenty connections that wait need little each`(flow: Flow) throws {
    try expectFlatMemory(connections: 20, of: 64 << 20, flow, atMost: 64 << 20)
  }

  /// Which way the bytes go: into TLS at the client's tunnel, or out of it.
  enum Flow: Sendable {
    case outward
    case inward
  }

  private func expectFlatMemory(
    connections: Int, of count: Int, _ flow: Flow, atMost bound: Int
  ) throws {
    let tunnels = try TunnelPair(credentials)
    let pairs = try (0..<connections).map { _ in try tunnels.connect() }
    let sources = pairs.map { PatternSource(flow == .outward ? $0.near : $0.far, count: count) }
    try #require(try hasStalled(sources))
    #expect(sources.allSatisfy { $0.sentCount < count }, "all of it fits: nothing waits")
    for tunnel in [tunnels.client, tunnels.server] {
      let resident = try ProcessStatus(of: tunnel).residentBytes
      print("resident", flow, connections, resident >> 10)
      #expect(resident < bound)
    }
    for (pair, source) in zip(pairs, sources) {
      let sink = flow == .outward ? pair.far : pair.near
      #expect(Pattern.receive(from: sink) == count)
      try source.join()
      sink.close()
    }
    #expect(tunnels.client.stop().status == 0 && tunnels.server.stop().status == 0)
  }

  /// Waits until the sources get rid of nothing more: in 20 looks it was always the same.
  private func hasStalled(_ sources: [PatternSource]) throws -> Bool {
    var (last, looks) = (-1, 0)
    return eventually {
      let count = sources.map(\.sentCount).reduce(0, +)
      looks = count == last ? looks + 1 : 0
      last = count
      return looks >= 20
    }
  }
}

/// A tunnel that listens for plaintext, one that listens for TLS, and a socket where the latter leads.
private struct TunnelPair {
  let client: Running
  let server: Running
  private let port: Int
  private let end: LoopbackSocket

  init(_ credentials: Credentials) throws {
    end = try LoopbackSocket.listen(on: 0)
    server = try credentials.serveTunnel("tcp:127.0.0.1:\(try end.port)")
    client = try Running(
      Command.memtls,
      ["tunnel", "tcp-listen:127.0.0.1:0", "tcp:127.0.0.1:\(try server.listeningPort())"]
        + ["--as", "client", "--ca", credentials.ca],
      in: credentials.directory)
    port = try client.listeningPort()
  }

  /// Both ends of a new connection.
  func connect() throws -> (near: LoopbackSocket, far: LoopbackSocket) {
    let near = try LoopbackSocket.connect(to: port)
    return (near, try end.accept())
  }
}

/// Bytes that tell where they belong: a period that is prime, over and over.
private enum Pattern {
  private static let period = 1_000_003
  private static let bytes: [UInt8] = {
    let one = (0..<period).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) }
    return one + one.prefix(65536)
  }()

  /// At most 64 KiB that stand at an offset.
  static func at(_ offset: Int, upTo count: Int = 65536) -> ArraySlice<UInt8> {
    bytes[offset % period..<offset % period + min(count, 65536)]
  }

  /// Receives until the end; answers how many bytes were right.
  static func receive(from socket: LoopbackSocket) -> Int {
    var block = [UInt8](repeating: 0, count: 65536)
    var total = 0
    while true {
      let count = socket.receive(into: &block)
      // Not ==, which takes a minute for 256 MiB in a debug build.
      guard count > 0, memcmp(block, Array(at(total, upTo: count)), count) == 0 else {
        return total
      }
      total += count
    }
  }
}

/// A thread that sends so many bytes and the end.
private final class PatternSource: Sendable {
  private let sent = Atomic(0)
  private let worker: Mutex<Worker?>

  init(_ socket: LoopbackSocket, count: Int) {
    worker = Mutex(nil)
    worker.withLock { $0 = Worker { [self] in send(on: socket, count) } }
  }

  var sentCount: Int { sent.load(ordering: .relaxed) }

  func join() throws { try worker.withLock { $0 }?.join() }

  private func send(on socket: LoopbackSocket, _ count: Int) {
    defer { socket.close() }
    while sentCount < count {
      let more = socket.send(Pattern.at(sentCount, upTo: count - sentCount))
      guard more > 0 else { return }
      sent.add(more, ordering: .relaxed)
    }
  }
}

/// Whether this and the `memtls` beside it run under AddressSanitizer.
private let isSanitized = dlsym(nil, "__asan_init") != nil
