import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// Two tunnels on threads of their own, joined by sockets, with a pair of pipes at either side.
struct Bridge: Sendable {
  /// The plain end of the client's tunnel.
  let left: Channel.End
  /// The plain end of the server's tunnel.
  let right: Channel.End
  let client: Worker<Void>
  let server: Worker<Void>
  /// Interrupts the client's tunnel.
  let interrupter: Interrupter
  /// Opens when the client's tunnel has been interrupted as often as expected.
  let interrupted = Gate()

  init(_ version: ProtocolVersion, interruptions: Int = 0) throws {
    let settings = try Settings(version)
    let (plainLeft, plainRight) = (try PipePair(), try PipePair())
    let (near, far) = try Channel.sockets.ends()
    let interrupter = try Interrupter()
    let interrupted = interrupted
    (left, right, self.interrupter) = (plainLeft.near, plainRight.near, interrupter)
    client = Worker {
      let stream = try settings.clientStream(
        over: DescriptorTransport(near), interrupter: interrupter)
      let tunnel = Tunnel(plain: DescriptorTransport(plainLeft.far), secure: stream)
      for _ in 0..<interruptions {
        let error = #expect(throws: Tunnel<DescriptorTransport, DescriptorTransport>.Failure.self) {
          try tunnel.run()
        }
        #expect(error?.wait == .interrupted)
        interrupter.reset()
      }
      interrupted.open()
      try tunnel.run()
    }
    server = Worker {
      let stream = try settings.serverStream(over: far)
      try Tunnel(plain: DescriptorTransport(plainRight.far), secure: stream).run()
    }
  }
}

/// A tunnel between channels in memory, its handshake done; whoever tests it is the peer.
struct MemoryTunnel {
  let plain: MemoryChannel
  let peer: TLSStream<MemoryChannel>
  let tunnel: Tunnel<MemoryChannel, MemoryChannel>
  /// The tunnel's own ends.
  let plainNear: MemoryChannel
  let near: MemoryChannel

  init(
    _ version: ProtocolVersion, secureCapacity: Int = 1 << 20, plainCapacity: Int = 1 << 20
  ) throws {
    let settings = try Settings(version)
    let (near, far) = MemoryChannel.pair(capacity: secureCapacity)
    (plain, plainNear) = MemoryChannel.pair(outgoing: 1 << 20, incoming: plainCapacity)
    self.near = near
    peer = try settings.serverStream(over: far)
    let secure = try settings.clientStream(over: near)
    for _ in 0..<100 {
      _ = try secure.write([])
      _ = try peer.write([])
    }
    tunnel = Tunnel(plain: plainNear, secure: secure)
  }

  /// Bytes that the tunnel took from the plain side.
  var taken: Int { plainNear.bytesRead }

  /// Runs until there is nothing to do but to wait.
  func runUntilIdle(at location: SourceLocation = #_sourceLocation) {
    let failure = tunnelFailure { try tunnel.run() }
    #expect(failure?.wait == .nothingToWaitFor, "\(failure as Any)", sourceLocation: location)
  }
}
