import MemoryTLS
import MemoryTLSTesting
import Synchronization
import Testing

/// Reading a ClientHello (RFC 8446 §4.1.2).
@Suite(.withAllAndNeededAlgorithms) struct ClientHelloTests {
  @Test func `everything a client of ours offers is found`() throws {
    let message = try Self.message { $0.client = Self.talkative($0) }
    let hello = try #require(ClientHello(message: message))
    #expect(hello.legacyVersion == .tls12)
    #expect(hello.random.count == 32 && hello.legacySessionID.count == 32)
    #expect(hello.cipherSuites.starts(with: CipherSuite.recommended.prefix(3)))
    #expect(hello.legacyCompressionMethods == [0])
    #expect(hello.serverName == "localhost")
    #expect(hello.applicationProtocols == ["h2", "http/1.1"])
    #expect(hello.versions == [.tls13, .tls12])
    #expect(hello.groups == [.x25519, .secp256r1])
    #expect(hello.signatureSchemes == [.ecdsaSecp256r1SHA256, .ed25519])
    #expect(hello[.supportedVersions] == [4, 3, 4, 3, 3])
    #expect(hello[ExtensionType(rawValue: 21)] == nil)
    #expect(hello.extensions.map(\.type).contains(.supportedGroups))
  }

  @Test func `without extensions the version field counts, and lists are empty`() throws {
    let body: [UInt8] = [3, 3] + Array(repeating: 7, count: 32) + [0, 0, 2, 0x13, 1, 1, 0]
    let hello = try #require(ClientHello(message: [1, 0, 0, UInt8(body.count)] + body))
    #expect(hello.versions == [.tls12] && hello.cipherSuites == [.init(rawValue: 0x1301)])
    #expect(hello.serverName == nil && hello.applicationProtocols == [] && hello.groups == [])
  }

  @Test func `cut anywhere it is none, and no changed byte is ever a trap`() throws {
    let message = try Self.message { $0.client = Self.talkative($0) }
    for count in message.indices { #expect(ClientHello(message: Array(message[..<count])) == nil) }
    #expect(ClientHello(message: message + [0]) == nil)
    for index in message.indices {
      for value in [0, 1, 0x7F, 0xFF] as [UInt8] {
        var changed = message
        changed[index] = value
        guard let hello = ClientHello(message: changed) else { continue }
        _ = (hello.serverName, hello.applicationProtocols, hello.versions, hello.groups)
      }
    }
  }

  @Test func `a malformed extension reads as empty`() throws {
    let message = try Self.message()
    let hello = try #require(ClientHello(message: message))
    var changed = message
    // The length of the list of groups, which is the first thing in the extension's 2 + n bytes.
    let groups = try #require(hello[.supportedGroups])
    let whole = [0, 10, 0, UInt8(groups.count)] + groups
    let place = try #require(message.indices.first { message[$0...].starts(with: whole) })
    changed[place + 5] &+= 1
    #expect(try #require(ClientHello(message: changed)).groups == [])
  }

  private static func talkative(_ settings: Settings) -> TLSConfiguration {
    var client = settings.client
    client.applicationProtocols = ["h2", "http/1.1"]
    client.groups = [.x25519, .secp256r1]
    client.signatureSchemes = [.ecdsaSecp256r1SHA256, .ed25519]
    return client
  }

  /// What a client says first.
  static func message(_ change: (inout Settings) -> Void = { _ in }) throws -> [UInt8] {
    let said = Mutex<[UInt8]>([])
    let engine = try TLSEngine(
      TLSContext(Settings().changed(change).client), as: .client(.name("localhost"))
    ) { message in said.withLock { $0 = message.bytes } }
    _ = try engine.step()
    return said.withLock { $0 }
  }
}
