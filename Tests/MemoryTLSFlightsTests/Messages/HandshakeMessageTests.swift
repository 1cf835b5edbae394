import MemoryTLS
import MemoryTLSFlights
import Testing

@Suite struct HandshakeMessageTests {
  @Test func `a message is a type, its length and so many bytes`() {
    #expect(HandshakeMessage(bytes: [14, 0, 0, 0])?.type == .serverHelloDone)
    #expect(HandshakeMessage(bytes: [20, 0, 0, 2, 7, 8]).map { Array($0.body) } == [7, 8])
    for bytes in [[], [14], [14, 0, 0], [14, 0, 0, 1], [14, 0, 0, 0, 0]] as [[UInt8]] {
      #expect(HandshakeMessage(bytes: bytes) == nil)
    }
  }

  @Test func `a ServerHello is read, and a HelloRetryRequest told from it`() throws {
    let hello = try #require(sample(2, serverHello(random: Array(repeating: 7, count: 32))))
    guard case .serverHello(let read)? = hello.content(in: .tls13) else {
      Issue.record("no ServerHello")
      return
    }
    #expect(read.version == .tls13 && read.legacyVersion == .tls12)
    #expect(read.cipherSuite == CipherSuite(rawValue: 0x1301) && read.legacySessionID == [9])
    #expect(read[.supportedVersions] == [3, 4] && read[.keyShare] == nil)
    let retry = try #require(sample(2, serverHello(random: retryRandom)))
    guard case .helloRetryRequest? = retry.content(in: .tls13) else {
      Issue.record("no HelloRetryRequest")
      return
    }
    #expect(retry.fields(in: .tls13)[3].value.hasSuffix("(HelloRetryRequest)"))
    #expect(!retry.fields(in: .tls13)[3].isVolatile && hello.fields(in: .tls13)[3].isVolatile)
  }

  @Test func `a certificate list has another form in each version`() throws {
    let old = try #require(sample(11, [0, 0, 5, 0, 0, 2, 1, 2]))
    let new = try #require(sample(11, [0, 0, 0, 7, 0, 0, 2, 1, 2, 0, 0]))
    guard case .certificate(let list)? = old.content(in: .tls12),
      case .certificate(let other)? = new.content(in: .tls13)
    else {
      Issue.record("no list")
      return
    }
    #expect(list.certificates == [[1, 2]] && list.extensions == [])
    #expect(other.certificates == [[1, 2]] && other.extensions == [[]])
    #expect(old.content(in: .tls13) == nil && new.content(in: .tls12) == nil)
  }

  @Test func `a certificate request has another form in each version`() throws {
    let old = try #require(sample(13, [2, 1, 64, 0, 4, 4, 3, 8, 4, 0, 4, 0, 2, 0x30, 0]))
    guard case .certificateRequest(let request)? = old.content(in: .tls12) else {
      Issue.record("no request")
      return
    }
    #expect(request.certificateTypes == [1, 64] && request.authorities == [[0x30, 0]])
    #expect(request.signatureSchemes == [.ecdsaSecp256r1SHA256, .rsaPSSRSAESHA256])
    #expect(
      old.fields(in: .tls12).map(\.value).dropFirst(2) == [
        "rsa_sign, ecdsa_sign", "ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256", "",
      ])
    let new = try #require(sample(13, [1, 5, 0, 8, 0, 13, 0, 4, 0, 2, 4, 3]))
    guard case .certificateRequest(let later)? = new.content(in: .tls13) else {
      Issue.record("no request")
      return
    }
    #expect(later.context == [5] && later.signatureSchemes == [.ecdsaSecp256r1SHA256])
  }

  @Test func `tickets, key updates and the rest`() throws {
    let old = try #require(sample(4, [0, 0, 1, 0, 0, 2, 7, 7]))
    let new = try #require(sample(4, [0, 0, 0, 9, 1, 2, 3, 4, 1, 5, 0, 1, 7, 0, 0]))
    guard case .newSessionTicket(let ticket)? = old.content(in: .tls12),
      case .newSessionTicket(let later)? = new.content(in: .tls13)
    else {
      Issue.record("no ticket")
      return
    }
    #expect(ticket.lifetime == 256 && ticket.ticket == [7, 7] && ticket.nonce == [])
    #expect(later.ageAdd == 0x0102_0304 && later.nonce == [5] && later.ticket == [7])
    #expect(new.content(in: .tls12) == nil)
    #expect(sample(24, [1])?.content(in: .tls13) == .keyUpdate(isRequested: true))
    #expect(sample(24, [2])?.content(in: .tls13) == nil)
    #expect(sample(14, [])?.content(in: .tls12) == .empty)
    #expect(sample(14, [0])?.content(in: .tls12) == nil)
    #expect(sample(99, [1, 2])?.content(in: .tls12) == .opaque([1, 2]))
    #expect(sample(20, [1])?.content(in: .tls13) == .finished([1]))
  }

  @Test func `of an unknown type the body is kept`() throws {
    let fields = try #require(sample(99, [1, 2])).fields(in: .tls13)
    #expect(fields.map(\.name) == ["msg_type", "length", "body"])
    #expect(fields.map(\.value) == ["0x63", "2", "0102"])
    #expect(fields.map(\.offset) == [0, 1, 4])
  }

  // RFC 8446 §4.1.3: "…the last 8 bytes of their Random value… 44 4F 57 4E 47 52 44 01".
  @Test func `a downgrade that the server tells is told`() throws {
    let last: [UInt8] = [0x44, 0x4F, 0x57, 0x4E, 0x47, 0x52, 0x44, 1]
    let random = Array(repeating: 0, count: 24) + last
    let hello = try #require(sample(2, serverHello(random: random)))
    #expect(hello.fields(in: .tls12)[3].value.hasSuffix("(could have agreed on TLSv1.3)"))
  }

  @Test func `key exchange is read as the cipher suite has it`() throws {
    let signature: [UInt8] = [4, 3, 0, 2, 1, 1]
    func names(_ type: UInt8, _ body: [UInt8], _ suite: UInt16?) throws -> [String] {
      let fields = try #require(sample(type, body)).fields(
        in: .tls12, cipherSuite: suite.map(CipherSuite.init(rawValue:)))
      return fields.dropFirst(2).map(\.name)
    }
    let curve: [UInt8] = [3, 0, 29, 2, 9, 9]
    let curveNames = ["curve_type", "named_curve", "public"]
    #expect(try names(12, curve + signature, 0xC02B) == curveNames + ["algorithm", "signature"])
    #expect(try names(12, [0, 0] + curve, 0xCCAC) == ["psk_identity_hint"] + curveNames)
    #expect(
      try names(12, [0, 1, 5, 0, 1, 2, 0, 1, 9] + signature, 0x009E)
        == ["dh_p", "dh_g", "dh_Ys", "algorithm", "signature"])
    #expect(try names(12, [0, 2, 65, 66], 0x00A8) == ["psk_identity_hint"])
    #expect(try names(12, curve, nil) == ["exchange_keys"])
    #expect(try names(16, [2, 9, 9], 0xC02B) == ["ecdh_Yc"])
    #expect(try names(16, [0, 2, 9, 9], 0x009C) == ["encrypted_pre_master_secret"])
    #expect(try names(16, [0, 1, 65, 2, 9, 9], 0xC037) == ["psk_identity", "ecdh_Yc"])
    #expect(try names(16, [0, 1, 65], 0x00A8) == ["psk_identity"])
    #expect(try names(16, [0, 2, 9, 9], 0x009E) == ["dh_Yc"])
    // SRP, anonymous and of an explicit curve.
    #expect(try names(12, [0, 1, 9], 0xC01D) == ["exchange_keys"])
    #expect(try names(12, curve, 0xC018) == curveNames)
    #expect(try names(12, [1, 9], 0xC02B).prefix(2) == ["curve_type", "exchange_keys"])
  }

  @Test func `alerts, data and what is cut short have fields`() {
    func fields(_ type: ContentType, _ bytes: [UInt8]) -> [MessageField] {
      ProtocolMessage(direction: .clientToServer, contentType: type, bytes: bytes)
        .fields(in: .tls13)
    }
    #expect(fields(.alert, [2, 40]).map(\.value) == ["fatal", "handshake_failure"])
    #expect(fields(.alert, [2]).map(\.name) == ["level", MessageField.malformed])
    #expect(fields(.changeCipherSpec, [1]).map(\.value) == ["1"])
    #expect(fields(.applicationData, [1, 2]).map(\.value) == ["0102"])
    #expect(fields(.handshake, [1, 0]).map(\.name) == [MessageField.malformed])
    #expect(fields(.alert, []).map(\.name) == [MessageField.malformed])
    #expect(fields(.applicationData, []).map(\.value) == [""])
  }

  @Test(arguments: [ProtocolVersion.tls12, .tls13])
  func `what is no message of its type has fields that say so`(version: ProtocolVersion) throws {
    for type in UInt8.min...UInt8.max {
      for body in [[], [0], [2], [1, 2], [0, 0, 0, 9], Array(repeating: 5, count: 50)] as [[UInt8]]
      {
        let message = try #require(sample(type, body))
        let names = message.fields(in: version).flatMap(\.leaves).map(\.name)
        if message.content(in: version) == nil { #expect(names.contains(MessageField.malformed)) }
      }
    }
  }

  @Test func `of very many certificates the first are told`() throws {
    let list = Array(repeating: [0, 0, 1, 7] as [UInt8], count: 5000).flatMap { $0 }
    let fields = try #require(sample(11, [0, 78, 32] + list)).fields(in: .tls12)
    let parts = try #require(fields.last)
    #expect(parts.value == "100 certificates" && parts.children.count == 102)
    #expect(parts.children.last?.name == "further certificates")
    #expect(parts.children.last?.bytes.count == 4900 * 4)
  }

  @Test(arguments: 0...UInt8.max)
  func `no body of any type is a trap, and none loses a byte`(type: UInt8) throws {
    for seed in 0..<40 {
      let count = seed * 3
      let body = (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* $0 &* seed) >> (seed % 5)) }
      let message = try #require(sample(type, body))
      for version in [ProtocolVersion.tls12, .tls13, .init(rawValue: 0x0301)] {
        for suite in [0xC02B, 0x00AA, 0x009C] as [UInt16] {
          let leaves = message.fields(in: version, cipherSuite: CipherSuite(rawValue: suite))
            .flatMap(\.leaves)
          #expect(leaves.flatMap(\.bytes) == message.bytes)
          var offset = 0
          for leaf in leaves {
            #expect(leaf.offset == offset)
            offset += leaf.bytes.count
          }
        }
        _ = message.content(in: version)
      }
    }
  }

  private func serverHello(random: [UInt8]) -> [UInt8] {
    [3, 3] + random + [1, 9, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4]
  }

  private let retryRandom: [UInt8] = [
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
    0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
  ]
}

/// A handshake message of a type and a body.
func sample(_ type: UInt8, _ body: [UInt8]) -> HandshakeMessage? {
  let length = [16, 8, 0].map { UInt8(truncatingIfNeeded: body.count >> $0) }
  return HandshakeMessage(bytes: [type] + length + body)
}
