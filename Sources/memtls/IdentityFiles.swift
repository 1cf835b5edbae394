import MemoryTLSTesting
import SystemPackage

/// Where the certificates and keys of `memtls identity` are.
struct IdentityFiles {
  let ca: FilePath
  let server: Credentials
  let client: Credentials

  /// What `--cert` and `--key` want.
  struct Credentials {
    let cert: FilePath
    let key: FilePath

    init(_ name: String, in directory: FilePath) {
      cert = directory.appending(name + ".pem")
      key = directory.appending(name + ".key.pem")
    }
  }

  init(in directory: FilePath) {
    ca = directory.appending("ca.pem")
    server = Credentials("server", in: directory)
    client = Credentials("client", in: directory)
  }

  /// All of them.
  var paths: [FilePath] { [ca, server.cert, server.key, client.cert, client.key] }

  /// What is to stand in them. The keys are for their owner alone.
  func contents(server: TestIdentity, client: TestIdentity) throws -> [NewFile] {
    try [
      Self.readable(ca, server.rootPEM),
      Self.readable(self.server.cert, server.chainPEM),
      Self.secret(self.server.key, server.privateKeyPEM()),
      Self.readable(self.client.cert, client.chainPEM),
      Self.secret(self.client.key, client.privateKeyPEM()),
    ]
  }

  private static func readable(_ path: FilePath, _ text: String) -> NewFile {
    NewFile(path: path, text: text, permissions: [.ownerReadWrite, .groupRead, .otherRead])
  }

  private static func secret(_ path: FilePath, _ text: String) -> NewFile {
    NewFile(path: path, text: text, permissions: .ownerReadWrite)
  }
}

// MARK: - What is said of them

extension IdentityFiles {
  /// One JSON object, with the names of the options that take the files.
  func json() throws -> String { try Document(self).json() }

  /// Two commands that talk to each other.
  var hints: [String] {
    [
      "serve:   memtls server tcp-listen:127.0.0.1:8443 --cert \(server.cert.quoted)"
        + " --key \(server.key.quoted)",
      "connect: memtls client tcp:127.0.0.1:8443 --ca \(ca.quoted)",
    ]
  }

  private struct Document: Encodable {
    let ca: String
    let server: Pair
    let client: Pair

    init(_ files: IdentityFiles) {
      ca = files.ca.string
      server = Pair(files.server)
      client = Pair(files.client)
    }
  }

  private struct Pair: Encodable {
    let cert: String
    let key: String

    init(_ credentials: Credentials) {
      cert = credentials.cert.string
      key = credentials.key.string
    }
  }
}

extension FilePath {
  fileprivate var quoted: String { ShellWords.quoted(string) }
}
