import Foundation
import MemoryTLS
import MemoryTLSTesting

/// Files for a server and a client, and the authority of both.
struct Credentials {
  let directory: TemporaryDirectory
  let ca: String
  let server: String
  let serverKey: String
  let client: String
  let clientKey: String
  let encryptedKey: String
  /// The key and the chain in one file, as socat and stunnel want them.
  let serverBoth: String
  let clientBoth: String
  /// The SHA-256 of the server's certificate in hexadecimal.
  let pin: String

  static let passphrase = "open sesame"

  init() throws {
    directory = try TemporaryDirectory()
    let authority = try TestIdentity.authority()
    let names: [Certificate.Name] = [.dns("localhost"), .address("127.0.0.1")]
    let server = try authority.issue(.server, "localhost", names: names)
    let client = try authority.issue(.client, "user")
    ca = try directory.write(authority.rootPEM, to: "ca.pem")
    self.server = try directory.write(server.chainPEM, to: "server.pem")
    serverKey = try directory.write(server.privateKeyPEM(), to: "server.key.pem")
    self.client = try directory.write(client.chainPEM, to: "client.pem")
    clientKey = try directory.write(client.privateKeyPEM(), to: "client.key.pem")
    serverBoth = try directory.write(
      server.privateKeyPEM() + server.chainPEM, to: "server.both.pem")
    clientBoth = try directory.write(
      client.privateKeyPEM() + client.chainPEM, to: "client.both.pem")
    encryptedKey = try directory.write(
      client.privateKeyPEM(passphrase: Self.passphrase), to: "client.encrypted.pem")
    pin = try Self.digest(of: self.server)
  }

  /// Writes a configuration of stunnel with one service, to run in the foreground.
  func stunnel(_ service: String) throws -> String {
    try directory.write("foreground=quiet\npid=\n[tunnel]\n\(service)\n", to: "\(UUID()).conf")
  }

  private static func digest(of certificate: String) throws -> String {
    let shown = try Command.run(
      "openssl", ["x509", "-in", certificate, "-noout", "-fingerprint", "-sha256"])
    return shown.output.split(separator: "=").last.map(String.init)?
      .trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
  }
}
