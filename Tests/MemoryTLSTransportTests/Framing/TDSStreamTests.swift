import MemoryTLS
import MemoryTLSTesting
import MemoryTLSTransport
import SystemPackage
import Testing

/// TLS behind MS-TDS pre-login: the handshake in packets, a flight a message, then TLS as it is.
@Suite struct TDSStreamTests {
  @Test(arguments: versions, [512, 17408])
  func `each flight is a message, and what follows travels raw`(
    version: ProtocolVersion, ring: Int
  ) throws {
    for capacity in [1, 7, 8, 9, 60, 100, 1000, 1 << 20] {
      let settings = try Settings(version).mutual().rings(ring)
      let pair = try FramedPair(settings, TDSFraming(), capacity: capacity)
      try pair.exchange(3000)
      #expect(try messages(pair.client) == 2)
      #expect(try messages(pair.server) == (version == .tls13 ? 1 : 2))
    }
  }

  @Test(arguments: versions, [512, 17408])
  func `a server's flight longer than its ring is one message`(
    version: ProtocolVersion, ring: Int
  ) throws {
    let settings = try Settings(version).rings(ring).longChain
    for capacity in [1, 5000, 1 << 20] {
      let pair = try FramedPair(settings, TDSFraming(), capacity: capacity)
      try pair.exchange(100)
      #expect(try messages(pair.server) == (version == .tls13 ? 1 : 2))
      #expect(pair.server.base.base.written.packets.packets.count > 4)
    }
  }

  @Test func `a hello that has to be repeated is a message of its own`() throws {
    var settings = try Settings(.tls13)
    settings.client.groups = [.x25519, .secp256r1]
    settings.server.groups = [.secp256r1]
    let pair = try FramedPair(settings, TDSFraming())
    try pair.exchange(100)
    #expect(try messages(pair.client) == 3)
    #expect(try messages(pair.server) == 2)
  }

  @Test(arguments: [Tickets.none, .withFirstWrite(1), .withFirstWrite(3)])
  func `a server's tickets travel raw`(tickets: Tickets) throws {
    let pair = try FramedPair(Settings(.tls13).tickets(tickets), TDSFraming())
    try pair.shakeHands()
    let handshake = pair.server.base.base.bytesWritten
    #expect(try pair.server.write([1]) == .moved(1))
    #expect(try pair.client.read().bytes == [1])
    let raw = Array(pair.server.base.base.written[handshake...])
    let expected =
      switch tickets {
      case .withFirstWrite(let count): count + 1
      default: 1
      }
    #expect(raw.records?.count == expected)
  }

  @Test(arguments: versions, [1, 9, .max])
  func `the last packets and the first raw records arrive together`(
    version: ProtocolVersion, largestRead: Int
  ) throws {
    let pair = try FramedPair(Settings(version), TDSFraming())
    let (first, second) =
      version == .tls13 ? (pair.client, pair.server) : (pair.server, pair.client)
    second.base.base.largestRead = largestRead
    _ = try pair.client.write([])
    for _ in 0..<20 { _ = try pair.server.write([]) }
    if version == .tls12 { for _ in 0..<20 { _ = try pair.client.write([]) } }
    let reads = second.base.base.requests.count
    #expect(try first.write(pattern(1000)) == .moved(1000))
    #expect(first.engine.phase == .open && second.engine.phase == .handshake)
    var received: [UInt8] = []
    for _ in 0..<10_000 where received.count < 1000 { received += try second.read().bytes }
    #expect(received == pattern(1000))
    if largestRead == .max { #expect(second.base.base.requests.count == reads + 1) }
  }

  @Test(arguments: versions)
  func `what is written behind a blocked last flight travels raw`(
    version: ProtocolVersion
  ) throws {
    // Every place in the client's second flight where the channel may be full.
    for room in stride(from: 1, to: 200, by: 7) {
      let (near, far) = MemoryChannel.pair(outgoing: room, incoming: 1 << 20)
      let settings = try Settings(version)
      let client = WriteFirst(
        try settings.clientStream(over: Framed(near, framing: TDSFraming())), sending: pattern(2000)
      )
      let server = WriteFirst(
        try settings.serverStream(over: Framed(far, framing: TDSFraming())), sending: pattern(2000))
      try takeTurns(client, server)
      #expect(client.received == pattern(2000) && server.received == pattern(2000))
      #expect(try messages(client.stream) == 2)
    }
  }

  @Test(arguments: versions)
  func `an alert in the handshake is a message`(version: ProtocolVersion) throws {
    let pair = try FramedPair(Settings(version).clientTrustsOther, TDSFraming())
    _ = try pair.client.write([])
    _ = try pair.server.write([])
    let failed = streamError(of: Framed.Failure.self) { _ = try pair.client.write([]) }
    #expect(failed?.tls?.sent(.unknownCA) == true)
    let (packets, raw) = pair.client.base.base.written.packets
    #expect(packets.map(\.status) == [1, 1] && packets.map(\.id) == [1, 1] && raw.isEmpty)
    let told = streamError(of: Framed.Failure.self) { _ = try pair.server.write([]) }
    #expect(told?.tls?.isAlert(.unknownCA) == true)
  }

  @Test(arguments: versions)
  func `TLS without packets is no pre-login`(version: ProtocolVersion) throws {
    let settings = try Settings(version)
    let (near, far) = MemoryChannel.pair(capacity: 1 << 20)
    let (client, server) = (
      try settings.clientStream(over: near),
      try settings.serverStream(over: Framed(far, framing: TDSFraming()))
    )
    _ = try client.write([])
    let error = streamError(of: Framed.Failure.self) { try server.handshake() }
    #expect(error?.transport?.framing == .malformed("TDS packet of type 0x16, not 0x12"))
  }
}

/// How many messages a side's packets make. Each has to be numbered from 1, all but its last packet
/// have to be full, and everything behind the packets has to be TLS records.
private func messages(_ stream: TLSStream<Framed>) throws -> Int {
  let (packets, raw) = stream.base.base.written.packets
  #expect(raw.records?.isEmpty == false)
  var expected: UInt8 = 1
  for packet in packets {
    #expect(packet.id == expected)
    #expect(packet.status == 1 || packet.payload.count == 4088)
    expected = packet.status == 1 ? 1 : expected &+ 1
  }
  #expect(packets.last?.status == 1)
  return packets.filter { $0.status == 1 }.count
}
