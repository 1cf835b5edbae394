import Foundation
import MemoryTLS
import MemoryTLSTesting

/// What is well formed in each place of a configuration.
enum ConfigurationSeeds {
  static func all() throws -> [String: [UInt8]] {
    let (server, authority) = (Credentials.server, Credentials.authority)
    let psk = Array("client-identity-".utf8) + (1...16)
    return [
      "session": [0] + (try session()),
      "chain, DER": [1] + server.certificate,
      "chain, PEM": [1] + Array(try server.chainPEM.utf8),
      "key, DER": [2] + server.privateKey,
      "key, PEM": [2] + Array(try server.privateKeyPEM().utf8),
      "PKCS 12": [3] + (try pkcs12()),
      "OCSP response": [4] + Credentials.response,
      "revocation list": [5] + Credentials.revocationList,
      "further authorities": [6] + authority.certificate,
      "authorities, PEM": [7] + Array(try authority.rootPEM.utf8),
      "ticket key": [8] + (1...80),
      "PSK": [9] + psk,
      "names": [10] + Array("localhost\nh2\nhttp/1.1".utf8),
      "pin": [11] + server.fingerprint,
      "suites and groups": [12, 0x13, 0x01, 0xC0, 0x2B, 0x00, 0x1D, 0x00, 0x17],
    ]
  }

  private static func session() throws -> [UInt8] {
    var (client, server) = Scenario.all[0].configurations()
    let store = SessionStore()
    client.sessionStore = store
    server.tickets = .afterHandshake(1)
    let pair = try EnginePair(client: client, server: server)
    try pair.settle()
    return store.sessions.first?.bytes ?? []
  }

  /// One round of key derivation, so that many can be tried.
  private static func pkcs12() throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "openssl", "pkcs12", "-export", "-iter", "1", "-passout", "pass:\(Credentials.passphrase)",
    ]
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    let text = try Credentials.server.privateKeyPEM() + Credentials.server.chainPEM
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try input.fileHandleForWriting.close()
    return Array(try output.fileHandleForReading.readToEnd() ?? Data())
  }
}
