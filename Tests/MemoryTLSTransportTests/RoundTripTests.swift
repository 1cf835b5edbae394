import Glibc
import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// 64 MiB there and back, both ways at once, over everything that carries bytes.
@Suite struct RoundTripTests {
  @Test(arguments: Way.all)
  func `64 MiB come back as they were sent`(over way: Way) async throws {
    try await way.carry(64 << 20)
  }

  /// Eight times less than the others: without optimisation that takes as long as three of them.
  @Test func `8 MiB come back as they were sent in lines of base64`() async throws {
    try await Way.frames(Base64LineFraming()).carry(8 << 20)
  }
}

/// What carries the ciphertext.
enum Way: Sendable {
  case pipes, fifos, terminal, files, child, tcp, socketPair, memory, nested
  case frames(any Framing)

  static let all: [Way] =
    [.pipes, .fifos, .terminal, .files, .child, .tcp, .socketPair, .memory, .nested]
    + framings.map { .frames($0) }

  private static let framings: [any Framing] = [
    LengthPrefixFraming(.one), LengthPrefixFraming(.two), LengthPrefixFraming(.four),
    LengthPrefixFraming(.two, .littleEndian), LengthPrefixFraming(.four, .littleEndian),
    NetstringFraming(), TDSFraming(),
  ]

  func carry(_ count: Int) async throws {
    switch self {
    case .pipes: try await carryOverPipes(count)
    case .fifos: try await carryOverFIFOs(count)
    case .terminal: try await carryOverTerminal(count)
    case .files: try await carryOverFiles(count)
    case .child: try await carryOverChild(count)
    case .tcp: try await carryOverTCP(count)
    case .socketPair: try await carryOverSockets(count)
    case .memory: try await carryOverMemory(count)
    case .nested: try await carryNested(count)
    case .frames(let framing): try await carryInFrames(count, framing)
    }
  }
}

private func carryOverPipes(_ count: Int) async throws {
  let pipes = try PipePair()
  try await carry(count) {
    DescriptorTransport(pipes.near)
  } far: {
    DescriptorTransport(pipes.far)
  }
}

private func carryOverFIFOs(_ count: Int) async throws {
  let fifos = try FIFOs()
  try await carry(count) {
    try fifos.near(until: stalled)
  } far: {
    try fifos.far(until: stalled)
  }
}

/// The client has the master and goes last: what the slave has not read goes with it.
private func carryOverTerminal(_ count: Int) async throws {
  let terminal = try PseudoTerminal()
  _ = fcntl(terminal.master.rawValue, F_SETFL, terminal.master.statusFlags | O_NONBLOCK)
  let isRaw = Gate()
  try await carry(count) {
    isRaw.pass()
    return DescriptorTransport(terminal.master)
  } far: {
    defer { isRaw.open() }
    return try DescriptorTransport.openTerminal(terminal.path)
  }
}

private func carryOverFiles(_ count: Int) async throws {
  let pair = try FilePair()
  try await carry(count) {
    try pair.near()
  } far: {
    try pair.far()
  }
}

/// The child passes its stdin on to one FIFO, and another to its stdout.
private func carryOverChild(_ count: Int) async throws {
  let fifos = try FIFOs()
  try await carry(count) {
    try ChildTransport([
      "sh", "-c", "cat \"$1\" & exec cat > \"$0\"", fifos.there.string, fifos.back.string,
    ])
  } far: {
    try fifos.far(until: stalled)
  } atEnd: { child in
    let status = try child.waitForExit(until: stalled)
    #expect(status == .exited(0))
  }
}

private func carryOverTCP(_ count: Int) async throws {
  let (listener, port) = try TCP.listen()
  try await carry(count) {
    DescriptorTransport(try TCP.connect(to: port))
  } far: {
    DescriptorTransport(try TCP.accept(listener))
  }
}

private func carryOverSockets(_ count: Int) async throws {
  let (near, far) = try socketPair()
  try await carry(count) {
    DescriptorTransport(near)
  } far: {
    DescriptorTransport(far)
  }
}

private func carryOverMemory(_ count: Int) async throws {
  let (near, far) = try MemoryTransport.pair()
  try await carry(count) {
    near
  } far: {
    far
  }
}

private func carryNested(_ count: Int) async throws {
  let (near, far) = try socketPair()
  let settings = try Settings(.tls12)
  try await carry(count) {
    try settings.clientStream(over: DescriptorTransport(near))
  } far: {
    try settings.serverStream(over: DescriptorTransport(far))
  }
}

private func carryInFrames(_ count: Int, _ framing: any Framing) async throws {
  let pipes = try PipePair()
  try await carry(count) {
    FramedTransport(DescriptorTransport(pipes.near), framing: framing)
  } far: {
    FramedTransport(DescriptorTransport(pipes.far), framing: framing)
  }
}

/// Carries so many bytes to a server that says them again, each end on a thread of its own.
private func carry<Near: Transport & SendableMetatype, Far: Transport & SendableMetatype>(
  _ count: Int, near: @escaping @Sendable () throws -> Near,
  far: @escaping @Sendable () throws -> Far,
  atEnd: @escaping @Sendable (Near) throws -> Void = { _ in }
) async throws {
  let settings = try Settings(.tls13)
  try await together {
    let (source, channel) = (Source(count), try near())
    let tunnel = try Tunnel(plain: source, secure: settings.clientStream(over: channel))
    try tunnel.run(idleTimeout: .seconds(patience))
    #expect(source.matched == count && source.hasEnded)
    #expect(tunnel.traffic.sent == count && tunnel.traffic.received == count)
    try atEnd(channel)
  } _: {
    let tunnel = try Tunnel(plain: Echo(), secure: settings.serverStream(over: far()))
    try tunnel.run(idleTimeout: .seconds(patience))
    #expect(tunnel.traffic.sent == count && tunnel.traffic.received == count)
  }
}
