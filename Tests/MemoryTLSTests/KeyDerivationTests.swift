import MemoryTLS
import Testing

@Suite struct KeyDerivationTests {
  // RFC 4231 §4.2.
  @Test func `an HMAC is that of the RFC`() {
    let key = [UInt8](repeating: 0x0B, count: 20)
    let message = Array("Hi There".utf8)
    #expect(
      digits(HashFunction.sha256.authenticationCode(of: message, key: key))
        == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    #expect(
      digits(HashFunction.sha384.authenticationCode(of: message, key: key))
        == "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
        + "faea9ea9076ede7f4af152e8b2fa9cb6")
  }

  @Test func `nothing as key, message or both has an HMAC`() {
    let empty = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
    #expect(digits(HashFunction.sha256.authenticationCode(of: [], key: [])) == empty)
    #expect(HashFunction.sha384.authenticationCode(of: [], key: [1]).count == 48)
  }

  // FIPS 180-2 §B.1 and §D.1.
  @Test func `a digest is that of the hash function`() {
    let message = Array("abc".utf8)
    #expect(
      digits(HashFunction.sha256.digest(of: message))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(digits(HashFunction.sha384.digest(of: message)).hasPrefix("cb00753f45a35e8bb5a03d69"))
  }

  // RFC 8448 §3: "{client} derive write traffic keys for handshake data".
  @Test func `keys of TLS 1.3 are those of the RFC's trace`() throws {
    let secret = try #require(
      bytes("b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21"))
    let key = HashFunction.sha256.expandLabel(secret, "key", count: 16)
    #expect(digits(key) == "dbfaa693d1762c5b666af5d950258d01")
    let nonce = HashFunction.sha256.expandLabel(secret, "iv", count: 12)
    #expect(digits(nonce) == "5bd3c71b836e0b76bb73265f")
  }

  @Test func `what exceeds the limits of HKDF is nothing`() {
    let hash = HashFunction.sha256
    #expect(hash.expandLabel([1], "x", count: 255 * 32).count == 255 * 32)
    #expect(hash.expandLabel([1], "x", count: 255 * 32 + 1) == [])
    #expect(hash.expandLabel([1], "x", count: 0) == [])
    #expect(hash.expandLabel([1], "x", count: -1) == [])
    #expect(hash.expandLabel([1], String(repeating: "x", count: 250), count: 1) == [])
    #expect(hash.expandLabel([1], "x", context: Array(repeating: 0, count: 256), count: 1) == [])
  }

  /// The vector that implementations share since the working group's list had it, in 2009.
  @Test func `the pseudorandom function of TLS 1.2`() throws {
    let secret = try #require(bytes("9bbe436ba940f017b17652849a71db35"))
    let seed = try #require(bytes("a0ba9f936cda311827a6f796ffd5198c"))
    let output = HashFunction.sha256.pseudorandom(secret, "test label", seed: seed, count: 100)
    #expect(
      digits(output)
        == "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e"
        + "14baf9af0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5"
        + "a72e5a5110fff70187347b66")
    #expect(HashFunction.sha256.pseudorandom(secret, "x", seed: seed, count: 0) == [])
  }
}

private func digits(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

private func bytes(_ digits: String) -> [UInt8]? {
  let pairs = stride(from: 0, to: digits.count, by: 2).map { digits.dropFirst($0).prefix(2) }
  let bytes = pairs.compactMap { UInt8($0, radix: 16) }
  return bytes.count == pairs.count ? bytes : nil
}
