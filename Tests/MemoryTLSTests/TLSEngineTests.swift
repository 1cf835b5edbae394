import MemoryTLS
import MemoryTLSTesting
import Testing

@Suite struct TLSEngineTests {
  @Test(arguments: versions, wires)
  func `a handshake, data both ways and two closes`(version: ProtocolVersion, wire: Wire) throws {
    let pair = try Settings(version).pair(wire)
    try pair.settle()
    #expect(pair.client.engine.negotiated?.version == version)
    #expect(pair.server.engine.negotiated?.version == version)
    pair.client.send(Array("ping".utf8))
    pair.server.send(Array("pong".utf8))
    try pair.settle()
    #expect(pair.server.received == Array("ping".utf8))
    #expect(pair.client.received == Array("pong".utf8))
    pair.client.close()
    pair.server.close()
    try pair.settle()
    #expect(pair.client.hasEnded && pair.server.hasEnded)
  }

  @Test func `reading up to any limit allocates no more than a record`() throws {
    let pair = try Settings().pair()
    try pair.settle()
    #expect(try pair.client.engine.read(upTo: .max).transfer == .needs(.push(atLeast: 5)))
    #expect(try pair.client.engine.read(upTo: -1).transfer == .moved(0))
  }
}
