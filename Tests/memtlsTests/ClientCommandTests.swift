import Foundation
import Testing

/// `memtls client` against the real `openssl s_server`.
@Suite(.enabled(if: isInstalled("openssl"), "needs the openssl command"))
struct ClientCommandTests {
  private let credentials: Credentials

  init() throws { credentials = try Credentials() }

  @Test(arguments: ["1.2", "1.3"])
  func `lines come back reversed`(version: String) throws {
    try credentials.withServer(["-rev"]) { port in
      let run = try Command.memtls(
        ["client", "tcp:127.0.0.1:\(port)", "--ca", credentials.ca, "--tls", version],
        input: Data("hello\n".utf8))
      #expect(run.status == 0)
      #expect(run.output == "olleh\n")
      #expect(run.errors.contains("TLSv\(version)"))
      #expect(run.errors.contains("sent 6 bytes, received 6 bytes"))
    }
  }

  @Test func `a pin is enough, and a wrong one is refused`() throws {
    try credentials.withServer(["-rev"]) { port in
      let arguments = ["client", "tcp:localhost:\(port)", "--pin"]
      let right = try Command.memtls(arguments + [credentials.pin], input: Data("ab\n".utf8))
      #expect(right.status == 0 && right.output == "ba\n")
      let wrong = try Command.memtls(arguments + [String(repeating: "00", count: 32)])
      #expect(wrong.status == 1 && wrong.output.isEmpty)
      #expect(wrong.errors.contains("not accepted"))
    }
  }

  @Test func `an unknown authority and a wrong name are refused with advice`() throws {
    try credentials.withServer(["-rev"]) { port in
      let other = try Credentials()
      let channel = "tcp:127.0.0.1:\(port)"
      let unknown = try Command.memtls(["client", channel, "--ca", other.ca])
      #expect(unknown.status == 1 && unknown.output.isEmpty)
      #expect(unknown.errors.contains("give --ca"))
      let wrong = try Command.memtls(
        ["client", channel, "--ca", credentials.ca, "--servername", "example.org"])
      #expect(wrong.status == 1 && wrong.output.isEmpty)
      #expect(wrong.errors.contains("give --servername"))
      let insecure = try Command.memtls(
        ["client", channel, "--insecure"], input: Data("ab\n".utf8))
      #expect(insecure.status == 0 && insecure.output == "ba\n")
    }
  }

  @Test(arguments: ["1.2", "1.3"])
  func `a client certificate with an encrypted key is presented`(version: String) throws {
    let passphrase = try credentials.directory.write(
      Credentials.passphrase + "\n", to: "passphrase")
    try credentials.withServer([
      "-rev", "-Verify", "1", "-verify_return_error", "-CAfile", credentials.ca,
    ]) {
      port in
      let arguments = [
        "client", "tcp:127.0.0.1:\(port)", "--ca", credentials.ca, "--tls", version,
      ]
      let with = try Command.memtls(
        arguments + [
          "--cert", credentials.client, "--key", credentials.encryptedKey, "--passphrase-file",
          passphrase,
        ], input: Data("hello\n".utf8))
      #expect(with.status == 0 && with.output == "olleh\n", "\(with.errors)")
      let without = try Command.memtls(arguments, input: Data("hello\n".utf8))
      #expect(without.status == 1 && without.output.isEmpty)
      #expect(without.errors.contains("peer gave up with alert"), "\(without.errors)")
    }
  }

  @Test func `a negotiated protocol is reported`() throws {
    try credentials.withServer(["-rev", "-alpn", "http/1.1"]) { port in
      let run = try Command.memtls(
        ["client", "tcp:127.0.0.1:\(port)", "--ca", credentials.ca, "--alpn", "h2,http/1.1"])
      #expect(run.status == 0)
      #expect(run.errors.contains("ALPN http/1.1"))
    }
  }

  @Test func `closed standard descriptors do no harm`() throws {
    try credentials.withServer(["-rev"]) { port in
      let line = "\"$0\" client tcp:127.0.0.1:\(port) --ca \"$1\""
      let withoutInput = try Command.run(
        "sh", ["-c", line + " <&-", Command.memtls, credentials.ca])
      #expect(withoutInput.status == 0, "\(withoutInput.errors)")
      #expect(withoutInput.errors.contains("sent 0 bytes, received 0 bytes"))
      let withoutAny = try Command.run(
        "sh", ["-c", "echo hello | " + line + " >&- 2>&-", Command.memtls, credentials.ca])
      #expect(withoutAny.status == 0 && withoutAny.output.isEmpty)
    }
  }
}
