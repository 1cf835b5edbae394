import MemoryTLS
import MemoryTLSTesting
import Testing

/// What a configuration shows of its secrets when it is printed.
@Suite struct IdentitySecrecyTests {
  @Test func `neither the passphrase nor the key is printed`() {
    var configuration = TLSConfiguration()
    configuration.identities = [
      Identity(chain: .file("chain.pem"), key: .bytes([0xAB, 0xCD]), passphrase: "open sesame")
    ]
    var dumped = ""
    dump(configuration, to: &dumped)
    for text in ["\(configuration)", String(reflecting: configuration), dumped] {
      #expect(text.contains("chain.pem"))
      #expect(!text.contains("open sesame") && !text.contains("171"))
    }
  }
}
