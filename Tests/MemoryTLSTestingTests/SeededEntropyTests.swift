import CSeededRandom
import MemoryTLS
import MemoryTLSTesting
import Testing

@Suite struct SeededEntropyTests {
  // RFC 8439 §A.1, test vectors #1 and #2: the key and the nonce are 0, the counter 0 and 1.
  @Test func `seed 0 gives the blocks of RFC 8439`() {
    let expected =
      "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
      + "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"
      + "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
      + "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f"
    #expect(text(drawn(128, seed: 0)) == expected)
  }

  // draft-strombergson-chacha-test-vectors-01, TC2: the first byte of the key is 1.
  @Test func `the seed's lowest byte is the key's first`() {
    let expected = "c5d30a7ce1ec119378c84f487d775a8542f13ece238a9455e8229e888de85bbd"
    #expect(text(drawn(32, seed: 1)) == expected)
    #expect(drawn(32, seed: 1 << 56) != drawn(32, seed: 1))
  }

  @Test(arguments: [1, 63, 64, 65]) func `pieces of any size make the same stream`(size: Int) {
    var stream = CSeededRandom_Stream(seed: 5, drawn: 0)
    var bytes = [UInt8]()
    while bytes.count < 300 {
      var piece = [UInt8](repeating: 0, count: size)
      CSeededRandom_draw(&stream, &piece, piece.count)
      bytes += piece
    }
    #expect(bytes.starts(with: drawn(300, seed: 5)))
  }

  private func drawn(_ count: Int, seed: UInt64) -> [UInt8] {
    var stream = CSeededRandom_Stream(seed: seed, drawn: 0)
    var bytes = [UInt8](repeating: 0, count: count)
    CSeededRandom_draw(&stream, &bytes, count)
    return bytes
  }

  private func text(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

// Two connections of two pairs of contexts, each with the keys loaded anew.
@Suite struct SeededPairTests {
  @Test(arguments: [ProtocolVersion.tls12, .tls13], TestIdentity.Key.allCases)
  func `the same seed gives the same bytes`(version: ProtocolVersion, key: TestIdentity.Key) throws
  {
    let one = try flights(version, key, seed: 1)
    #expect(try flights(version, key, seed: 1) == one)
    let other = try flights(version, key, seed: 2)
    #expect(one.count == other.count && zip(one, other).allSatisfy { $0 != $1 })
  }

  @Test func `a client and a server with one seed send other randoms`() throws {
    let (client, server) = try configurations(.tls12, .p256)
    let pair = try EnginePair(client: client, server: server, seed: 3)
    try pair.settle()
    let flights = pair.log.flights.map(\.bytes)
    // Record header 5, handshake header 4, version 2: the random follows (RFC 5246 §7.4.1.2).
    #expect(flights[0][11..<43] != flights[1][11..<43])
  }

  private func flights(
    _ version: ProtocolVersion, _ key: TestIdentity.Key, seed: UInt64
  ) throws -> [[UInt8]] {
    let (client, server) = try configurations(version, key)
    let pair = try EnginePair(client: client, server: server, seed: seed)
    for end in [pair.client, pair.server] { end.send(Array("data".utf8)) }
    try pair.settle()
    for end in [pair.client, pair.server] { end.close() }
    try pair.settle()
    return pair.log.flights.map(\.bytes)
  }

  private func configurations(
    _ version: ProtocolVersion, _ key: TestIdentity.Key
  ) throws -> (client: TLSConfiguration, server: TLSConfiguration) {
    let authority = try TestIdentity.authority(key: key, seed: 7)
    var client = TLSConfiguration()
    client.versions = version...version
    client.trust = authority.trust
    var server = client
    server.identities = [
      try authority.issue(.server, names: [.dns("localhost")], key: key).identity
    ]
    return (client, server)
  }
}

@Suite struct SeededIdentityTests {
  @Test(arguments: TestIdentity.Key.allCases)
  func `the same seed and parameters give the same certificate and key`(
    key: TestIdentity.Key
  ) throws {
    let one = try TestIdentity.authority(key: key, seed: 1)
    #expect(try TestIdentity.authority(key: key, seed: 1) == one)
    #expect(try TestIdentity.authority(key: key, seed: 2).privateKey != one.privateKey)
    let server = try one.issue(.server, key: key)
    #expect(try one.issue(.server, key: key) == server)
    #expect(try one.issue(.client, key: key).privateKey != server.privateKey)
    #expect(try one.issue(.server, "other", key: key).privateKey != server.privateKey)
    #expect(server.privateKey != one.privateKey)
  }
}
