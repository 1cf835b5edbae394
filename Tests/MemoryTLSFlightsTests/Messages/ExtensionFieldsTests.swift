import MemoryTLS
import MemoryTLSFlights
import Testing

/// What extensions say in words.
@Suite struct ExtensionFieldsTests {
  @Test(
    arguments: [
      (0, [0, 9, 0, 0, 6, 115, 101, 114, 118, 101, 114], "server"), (1, [2], "1024"),
      (5, [1, 0, 0, 0, 0], "ocsp"), (10, [0, 4, 0, 29, 0x11, 0xEC], "x25519, X25519MLKEM768"),
      (11, [2, 0, 1], "uncompressed, ansiX962_compressed_prime"),
      (13, [0, 4, 9, 5, 4, 3], "mldsa65, ecdsa_secp256r1_sha256"),
      (14, [0, 2, 0, 7, 0], "SRTP_AEAD_AES_128_GCM"), (15, [1], "peer_allowed_to_send"),
      (16, [0, 5, 2, 104, 50, 1, 0], "h2, 00"), (18, [], ""),
      (19, [2, 0, 2], "X509, RawPublicKey"),
      (21, [0, 0, 0], "3 bytes"), (22, [], ""), (23, [], ""),
      (27, [4, 0, 2, 0, 3], "brotli, zstd"),
      (28, [0x40, 1], "16385"), (35, [1, 2], "0102"), (42, [], ""),
      (43, [6, 0x2A, 0x2A, 3, 4, 3, 3], "GREASE 0x2a2a, TLSv1.3, TLSv1.2"),
      (44, [0, 1, 7], "07"), (45, [2, 1, 0], "psk_dhe_ke, psk_ke"), (47, [0, 0], ""), (49, [], ""),
      (50, [0, 2, 8, 7], "ed25519"), (57, [1], "01"), (0xFF01, [0], ""), (4711, [1, 2], "0102"),
      (0x3A3A, [], ""),
    ] as [(UInt16, [UInt8], String)])
  func `in a ClientHello`(type: UInt16, bytes: [UInt8], words: String) throws {
    let field = try Self.field(type, bytes, in: clientHello)
    #expect(field.value == words && field.children == [])
    #expect(field.bytes.count == bytes.count + 4)
  }

  @Test(
    arguments: [
      (0, []), (0, [0]), (0, [0, 4, 0, 0, 6, 1]), (1, []), (10, [0, 3, 0, 29, 0]), (10, [0, 1, 0]),
      (13, []), (16, [0, 2, 2, 104]), (18, [1]), (19, [3, 0]), (21, [0, 1]), (22, [0]),
      (27, [1, 0]), (28, [1]), (41, [0]), (42, [0]), (43, [3, 4]), (45, [2, 1]),
      (47, [0, 2, 0, 1]), (49, [1]), (51, [0, 3, 0, 29, 0]), (0xFF01, [1]),
    ] as [(UInt16, [UInt8])])
  func `malformed ones are told and kept`(type: UInt16, bytes: [UInt8]) throws {
    let field = try Self.field(type, bytes, in: clientHello)
    #expect(field.leaves.last?.name == MessageField.malformed)
    #expect(field.value == MessageField.malformed)
    #expect(Array(field.leaves.flatMap(\.bytes).dropFirst(4)) == bytes)
  }

  @Test func `key shares have a group and a key each`() throws {
    let field = try Self.field(51, [0, 11, 0, 29, 0, 2, 1, 2, 0, 23, 0, 1, 3], in: clientHello)
    #expect(field.value == "x25519, secp256r1" && !field.isVolatile)
    #expect(
      field.children.map(\.name)
        == [MessageField.framing, "group", "key_exchange", "group", "key_exchange"])
    #expect(field.children.map(\.value).dropFirst() == ["x25519", "0102", "secp256r1", "03"])
    #expect(field.children.map(\.isVolatile) == [false, false, true, false, true])
  }

  @Test func `keys that both have are told with their ages and binders`() throws {
    let field = try Self.field(
      41, [0, 8, 0, 2, 7, 7, 0, 0, 1, 0, 0, 3, 2, 9, 9], in: clientHello)
    #expect(field.value == "1 identity")
    let leaves = field.leaves.filter { $0.name != MessageField.framing }
    #expect(leaves.map(\.name) == ["identity 1", "obfuscated_ticket_age 1", "binder 1"])
    #expect(leaves.map(\.value) == ["0707", "256", "0909"])
    #expect(leaves.map(\.isVolatile) == [true, true, true])
  }

  @Test(
    arguments: [
      (0, [], ""), (41, [0, 1], "identity 1"), (43, [3, 4], "TLSv1.3"),
      (51, [0, 29, 0, 1, 5], "x25519"), (16, [0, 3, 2, 104, 50], "h2"), (20, [2], "RawPublicKey"),
      (0xFF01, [1, 5], "05"),
    ] as [(UInt16, [UInt8], String)])
  func `in a ServerHello`(type: UInt16, bytes: [UInt8], words: String) throws {
    #expect(try Self.field(type, bytes, in: serverHello).value == words)
  }

  @Test func `a HelloRetryRequest names a group, and gives a cookie`() throws {
    let random = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
    let hello = { (block: [UInt8]) in
      [3, 3] + (Hexadecimal.bytes(random.utf8) ?? []) + [0, 0x13, 1, 0] + block
    }
    #expect(try Self.field(51, [0, 23], in: (2, hello)).value == "secp256r1")
    #expect(try Self.field(44, [0, 1, 8], in: (2, hello)).value == "08")
  }

  @Test func `in a ticket, early data has a size`() throws {
    let ticket = { (block: [UInt8]) in [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 9] + block }
    #expect(try Self.field(42, [0, 0, 64, 0], in: (4, ticket)).value == "16384 bytes")
  }

  @Test func `beside a certificate, its status`() throws {
    let beside: [UInt8] = [0, 9, 0, 5, 0, 5, 1, 0, 0, 1, 7]
    let list: [UInt8] = [0, 0, 0, UInt8(4 + beside.count), 0, 0, 1, 9] + beside
    let fields = try #require(sample(11, list)).fields(in: .tls13)
    let parts = try #require(fields.first { $0.name == "certificate_list" })
    #expect(parts.value == "1 certificate")
    let status = parts.children.flatMap(\.children).first { $0.name == "extension status_request" }
    #expect(status?.value == "ocsp response of 1 byte")
  }

  @Test func `what breaks the list of extensions is told, and what came before it read`() throws {
    let block: [UInt8] = [0, 10, 0, 22, 0, 0, 0, 10, 0, 9, 1, 2]
    let fields = try #require(sample(1, clientHello.1(block))).fields(in: .tls13)
    #expect(fields.suffix(2).map(\.name) == ["extension encrypt_then_mac", MessageField.malformed])
    #expect(fields.last?.bytes == [0, 10, 0, 9, 1, 2])
  }

  /// The field of one extension in a message.
  private static func field(
    _ type: UInt16, _ bytes: [UInt8], in place: (type: UInt8, body: ([UInt8]) -> [UInt8])
  ) throws -> MessageField {
    func two(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }
    let block = two(bytes.count + 4) + two(Int(type)) + two(bytes.count) + bytes
    let message = try #require(sample(place.type, place.body(block)))
    let fields = message.fields(in: .tls13)
    #expect(fields.flatMap(\.leaves).flatMap(\.bytes) == message.bytes)
    let field = try #require(fields.last)
    #expect(field.name == "extension \(ExtensionType(rawValue: type))")
    return field
  }
}

private typealias Place = (type: UInt8, body: ([UInt8]) -> [UInt8])

private let hello: [UInt8] = [3, 3] + Array(repeating: 7, count: 32) + [0]
private var clientHello: Place { (1, { hello + [0, 2, 0x13, 1, 1, 0] + $0 }) }
private var serverHello: Place { (2, { hello + [0x13, 1, 0] + $0 }) }
