import MemoryTLS
import Testing

@Suite struct RecordOpeningTests {
  // RFC 8439 §2.8.2.
  @Test func `ChaCha20-Poly1305 opens the RFC's ciphertext`() throws {
    let sealed = Sealed(
      .chaCha20Poly1305, key: Array(0x80...0x9F), nonce: "070000004041424344454647",
      data: "50515253c0c1c2c3c4c5c6c7",
      "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92"
        + "728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585"
        + "808b4831d7bc3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691")
    let text =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
      + "sunscreen would be it."
    #expect(try sealed.open() == Array(text.utf8))
    try sealed.expectRefusal()
  }

  // NIST, "The Galois/Counter Mode of Operation", test case 4.
  @Test func `AES-128-GCM opens a ciphertext of its specification`() throws {
    let sealed = Sealed(
      .aes128GCM, key: digits("feffe9928665731c6d6a8f9467308308"),
      nonce: "cafebabefacedbaddecaf888", data: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84"
        + "aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47")
    #expect(
      try sealed.open()
        == digits(
          "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e24"
            + "49a6b525b16aedf5aa0de657ba637b39"))
    try sealed.expectRefusal()
  }

  // NIST SP 800-38C, example 3: a nonce of 12 bytes and a tag of 8.
  @Test func `AES-128-CCM with a short tag opens a ciphertext of its specification`() throws {
    let sealed = Sealed(
      .aes128CCM8, key: Array(0x40...0x4F), nonce: "101112131415161718191a1b",
      data: "000102030405060708090a0b0c0d0e0f10111213",
      "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951")
    #expect(try sealed.open() == Array(0x20...0x37))
    try sealed.expectRefusal()
  }

  @Test func `a key of another length is none, and bytes without a tag are not genuine`() throws {
    #expect(AEADKey(.aes256GCM, Array(repeating: 0, count: 16)) == nil)
    #expect(AEADKey(.aria128GCM, Array(repeating: 0, count: 16)) != nil)
    for algorithm in [AEAD.aes128GCM, .aes128CCM, .aes128CCM8] {
      let key = try #require(AEADKey(algorithm, Array(repeating: 0, count: 16)))
      let nonce = [UInt8](repeating: 0, count: 12)
      for count in 0...20 {
        let bytes = [UInt8](repeating: 0, count: count)
        #expect(key.open(bytes[...], nonce: nonce, additionalData: []) == nil)
      }
      #expect(key.open([1, 2, 3], nonce: [], additionalData: []) == nil)
    }
  }
}

/// A ciphertext with all that opens it.
private struct Sealed {
  var algorithm: AEAD
  var key: [UInt8]
  var nonce: [UInt8]
  var data: [UInt8]
  var bytes: [UInt8]

  init(_ algorithm: AEAD, key: [UInt8], nonce: String, data: String, _ bytes: String) {
    (self.algorithm, self.key, self.nonce) = (algorithm, key, digits(nonce))
    (self.data, self.bytes) = (digits(data), digits(bytes))
  }

  func open() throws -> [UInt8]? {
    let key = try #require(AEADKey(algorithm, key))
    return key.open(bytes[...], nonce: nonce, additionalData: data)
  }

  /// Opens it no more with any byte changed, and then again: the key is as it was.
  func expectRefusal() throws {
    let key = try #require(AEADKey(algorithm, key))
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1
      #expect(key.open(changed[...], nonce: nonce, additionalData: data) == nil)
    }
    #expect(key.open(bytes[...], nonce: nonce, additionalData: data + [0]) == nil)
    #expect(key.open(bytes[...], nonce: nonce, additionalData: data) != nil)
  }
}

private func digits(_ text: String) -> [UInt8] {
  stride(from: 0, to: text.count, by: 2).map {
    UInt8(text.dropFirst($0).prefix(2), radix: 16) ?? 0
  }
}
