import Foundation
import Testing

/// `-v` and `-vv` of `client` and `server`.
@Suite struct TalkOptionsTests {
  @Test func `v says the peer's certificates, and vv the flights as well`() throws {
    let credentials = try Credentials()
    let server = try Running(
      Command.memtls,
      ["server", "tcp-listen:127.0.0.1:0", "--cert", credentials.server, "--key"]
        + [credentials.serverKey, "--client-ca", credentials.ca, "-v"],
      in: credentials.directory)
    let client = try Command.memtls(
      ["client", "tcp:127.0.0.1:\(try server.listeningPort())", "--ca", credentials.ca, "-vv"]
        + ["--cert", credentials.client, "--key", credentials.clientKey])
    #expect(client.status == 0)
    let pin = credentials.pin.filter { $0 != ":" }
    #expect(
      client.errors.contains(
        "memtls: certificate 0: CN=localhost, says CN=Test CA, until 2049-12-31, SHA-256 \(pin)\n"),
      "\(client.errors)")
    #expect(client.errors.contains("memtls: client → server: "))
    let run = server.finish()
    #expect(run.errors.contains("memtls: certificate 0: CN=user, says CN=Test CA, until 2049"))
    #expect(!run.errors.contains("→"))
  }
}
