import MemoryTLS
import Testing

@Suite struct CodePointTests {
  @Test func `registered values have names, both ways and in any case`() {
    #expect("\(ProtocolVersion.tls13)" == "TLSv1.3")
    #expect("\(CipherSuite(rawValue: 0x1301))" == "TLS_AES_128_GCM_SHA256")
    #expect("\(NamedGroup.x25519)" == "x25519")
    #expect("\(Alert.unknownCA)" == "unknown_ca")
    #expect(NamedGroup(name: "X25519") == .x25519)
    #expect(CipherSuite(name: "tls_aes_128_gcm_sha256") == CipherSuite(rawValue: 0x1301))
    #expect(SignatureScheme(name: "ed25519") == .ed25519)
    #expect(NamedGroup(name: "x25518") == nil)
  }

  @Test func `unknown values survive`() {
    #expect("\(CipherSuite(rawValue: 0xFEFE))" == "0xfefe")
    #expect(Alert(rawValue: 200).rawValue == 200)
    #expect("\(ContentType(rawValue: 99))" == "0x63")
  }

  // RFC 8701 §2.
  @Test func `values that are there to be ignored are told`() {
    #expect("\(CipherSuite(rawValue: 0xFAFA))" == "GREASE 0xfafa")
    #expect("\(ExtensionType(rawValue: 0x0A0A))" == "GREASE 0xa0a")
    #expect("\(NamedGroup(rawValue: 0x1A2A))" == "0x1a2a")
    #expect(!Alert(rawValue: 0x0A).isGrease && !CipherSuite(rawValue: 0x000A).isGrease)
  }

  @Test func `versions have an order`() {
    #expect(ProtocolVersion.tls12 < .tls13)
    #expect(!(ProtocolVersion.tls13 < .tls12))
  }
}
