import MemoryTLS
import MemoryTLSTesting

/// Certificates and keys that all subjects have in common, in PEM: a P-256 authority, and what it gave
/// to a server named "localhost" and to a client.
struct Credentials {
  let root: String
  let server: KeyPair
  let client: KeyPair

  struct KeyPair {
    let certificate: String
    let key: String

    fileprivate init(_ identity: TestIdentity) throws {
      certificate = try identity.chainPEM
      key = try identity.privateKeyPEM()
    }
  }

  init() throws {
    let authority = try TestIdentity.authority()
    root = try authority.rootPEM
    server = try KeyPair(authority.issue(.server, names: [.dns("localhost")]))
    client = try KeyPair(authority.issue(.client, "client"))
  }
}
