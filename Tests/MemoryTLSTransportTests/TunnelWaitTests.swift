import Glibc
import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// How a tunnel that waits ends, and what it counts meanwhile.
@Suite struct TunnelWaitTests {
  @Test(arguments: versions)
  func `where nothing moves the idle timeout ends it, and another run goes on`(
    version: ProtocolVersion
  ) throws {
    let ends = try MemoryTunnel(version)
    for timeout in [Duration.zero, .milliseconds(5)] {
      let before = ends.tunnel.duration
      let failure = tunnelFailure { try ends.tunnel.run(idleTimeout: timeout) }
      #expect(failure?.wait == .deadlineExceeded)
      #expect(ends.tunnel.duration - before >= timeout)
    }
    #expect(try ends.plain.write(pattern(100)) == .moved(100))
    let failure = tunnelFailure { try ends.tunnel.run(idleTimeout: .zero) }
    #expect(failure?.wait == .deadlineExceeded)
    #expect(try ends.peer.read().bytes == pattern(100))
  }

  @Test func `what moves puts the idle timeout off`() throws {
    let ends = try InterruptibleEnds()
    let source = PacedSource(count: 30, pause: .milliseconds(50)) { ends.interrupter.interrupt() }
    let tunnel = Tunnel(plain: source, secure: ends.secure)
    let failure = #expect(throws: Tunnel<PacedSource, MemoryChannel>.Failure.self) {
      try tunnel.run(idleTimeout: .seconds(1))
    }
    #expect(failure?.wait == .interrupted)
    #expect(tunnel.traffic.sent == 30)
    #expect(tunnel.duration >= .milliseconds(1400))
  }

  @Test(arguments: versions)
  func `a plain side that takes nothing is not waited for longer once the peer has gone`(
    version: ProtocolVersion
  ) throws {
    let ends = try MemoryTunnel(version, plainCapacity: 100)
    #expect(try ends.peer.write(pattern(16000)) == .moved(16000))
    ends.near.breakSending()
    #expect(try ends.plain.write(pattern(1000)) == .moved(1000))
    let failure = tunnelFailure { try ends.tunnel.run(idleTimeout: .milliseconds(5)) }
    #expect(failure?.wait == .deadlineExceeded)
    #expect(try ends.plain.read().bytes == Array(pattern(16000).prefix(100)))
  }

  @Test(arguments: versions)
  func `the traffic is what was taken at the other end, and not what is held`(
    version: ProtocolVersion
  ) throws {
    let ends = try MemoryTunnel(version, plainCapacity: 100)
    #expect(try ends.plain.write(pattern(5000)) == .moved(5000))
    #expect(try ends.peer.write(pattern(7000)) == .moved(7000))
    ends.runUntilIdle()
    #expect(ends.tunnel.traffic.sent == 5000)
    #expect(ends.tunnel.traffic.received == 100)
    #expect(try ends.plain.read().bytes.count == 100)
    ends.runUntilIdle()
    #expect(ends.tunnel.traffic.received == 200)
  }

  @Test func `several tunnels count together, and their time is that of their runs`() throws {
    let traffic = Traffic()
    for count in 1...3 {
      let ends = try InterruptibleEnds()
      let source = PacedSource(count: count, pause: .zero) { ends.interrupter.interrupt() }
      let tunnel = Tunnel(plain: source, secure: ends.secure, traffic: traffic)
      #expect(tunnel.duration == .zero)
      #expect(throws: Tunnel<PacedSource, MemoryChannel>.Failure.self) { try tunnel.run() }
      let duration = tunnel.duration
      #expect(duration > .zero && tunnel.duration == duration)
      #expect(traffic.sent == count * (count + 1) / 2 && traffic.received == 0)
    }
  }

  @Test func `another thread ends it in the middle of its work`() async throws {
    let (near, far) = try Channel.sockets.ends()
    let (interrupter, traffic) = (try Interrupter(), Traffic())
    let settings = try Settings(.tls13)
    let client = Worker {
      let secure = try settings.clientStream(
        over: DescriptorTransport(near), interrupter: interrupter)
      return waitFailure(of: Source.self) {
        try Tunnel(plain: Source(.max), secure: secure, traffic: traffic).run()
      }
    }
    let server = Worker {
      let secure = try settings.serverStream(over: far)
      #expect(throws: Tunnel<Echo, DescriptorTransport>.Failure.self) {
        try Tunnel(plain: Echo(), secure: secure).run()
      }
    }
    eventually("bytes move") { traffic.received >= 1 << 20 }
    interrupter.interrupt()
    #expect(try await client.value == .interrupted)
    try await server.value
  }

  @Test func `a signal handler ends its wait`() async throws {
    // Nobody sends it but this test, and nobody dies of it.
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in try? interrupted.get().interrupt() }
    let interrupter = try interrupted.get()
    #expect(sigaction(SIGWINCH, &action, nil) == 0)
    defer { signal(SIGWINCH, SIG_DFL) }
    let settings = try Settings(.tls13)
    let (near, other) = try socketPair()
    let client = Worker {
      let secure = try settings.clientStream(
        over: DescriptorTransport(near), interrupter: interrupter)
      return waitFailure(of: Echo.self) { try Tunnel(plain: Echo(), secure: secure).run() }
    }
    // It waits for an answer to its ClientHello.
    let far = DescriptorTransport(other)
    try wait(for: far.readiness(for: .read), until: stalled)
    kill(getpid(), SIGWINCH)
    #expect(try await client.value == .interrupted)
  }
}

/// Why waiting ended a tunnel between a plain side of tests and descriptors.
private func waitFailure<Plain: Transport>(
  of plain: Plain.Type, _ body: () throws -> Void
) -> WaitFailure? {
  #expect(throws: Tunnel<Plain, DescriptorTransport>.Failure.self) { try body() }?.wait
}

/// What the signal handler uses.
private let interrupted = Result { try Interrupter() }

/// A stream to a peer that is silent after the handshake.
private struct InterruptibleEnds {
  let interrupter: Interrupter
  let secure: TLSStream<MemoryChannel>
  private let peer: TLSStream<MemoryChannel>

  init() throws {
    let (near, far) = MemoryChannel.pair(capacity: 1 << 20)
    let settings = try Settings(.tls13)
    interrupter = try Interrupter()
    secure = try settings.clientStream(over: near, interrupter: interrupter)
    peer = try settings.serverStream(over: far)
    for _ in 0..<10 { for stream in [secure, peer] { _ = try stream.write([]) } }
  }
}

/// A plain side that says a byte now and then, and tells when it has said all.
private final class PacedSource: Transport {
  private let count: Int
  private let pause: Duration
  private let atEnd: () -> Void
  private var said = 0
  private var next = ContinuousClock.now

  init(count: Int, pause: Duration, atEnd: @escaping () -> Void) {
    (self.count, self.pause, self.atEnd) = (count, pause, atEnd)
  }

  func read(into out: inout OutputSpan<UInt8>) throws(Errno) -> Movement {
    guard said < count else {
      atEnd()
      return .wouldBlock
    }
    guard ContinuousClock.now >= next else { return .wouldBlock }
    out.append(7)
    said += 1
    next = .now + pause
    return .moved(1)
  }

  func write(_ bytes: Span<UInt8>) throws(Errno) -> Movement { .moved(bytes.count) }
  func closeSending() throws(Errno) -> Movement { .ended }

  func readiness(for interest: Interest) -> Readiness {
    var readiness = Readiness()
    readiness.time = next
    return readiness
  }
}
