@testable import MemoryTLS
import Testing

@Suite struct ServerNameTests {
  @Test func `one trailing dot is dropped`() throws {
    #expect(try ServerName.checked("example.org") == "example.org")
    #expect(try ServerName.checked("example.org.") == "example.org")
    #expect(throws: TLSError.self) { try ServerName.checked("example.org..") }
  }

  @Test func `the message says what is wrong`() {
    func message(_ name: String) -> String? {
      do {
        _ = try ServerName.checked(name)
        return nil
      } catch { return error.message }
    }
    #expect(message("") == "an empty server name would match any certificate")
    #expect(message("::1") == "\"::1\" is an address, not a name: use .address")
    #expect(message("ü") == "server name \"ü\" is not ASCII: use its punycode form")
    for name in ["example.org:443", "a/b", "fe80::1%eth0", "*.example.org"] {
      #expect(message(name)?.contains("letters, digits, - and _") == true, "\(name)")
    }
    #expect(message("a..b")?.hasPrefix("\"a..b\" is no DNS name") == true)
  }
}
