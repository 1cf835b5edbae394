import Foundation
import Testing

@Suite struct BadInputTests {
  private let credentials: Credentials

  init() throws { credentials = try Credentials() }

  @Test func `an absent file is named`() throws {
    try expectFailure(
      ["client", "exec:true", "--servername", "a", "--ca", "/absent.pem"], "/absent.pem")
    try expectFailure(["server", "exec:true", "--cert", "/absent.pem"], "/absent.pem")
  }

  @Test func `a malformed PEM is named`() throws {
    let text = "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"
    let file = try credentials.directory.write(text, to: "malformed.pem")
    try expectFailure(["client", "exec:true", "--servername", "a", "--ca", file], file)
    try expectFailure(["server", "exec:true", "--cert", file], file)
  }

  @Test func `an encrypted certificate is refused without asking for a passphrase`() throws {
    let header = "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
    let text = header + String(repeating: "00", count: 16) + "\n\nAAAA\n-----END CERTIFICATE-----\n"
    let file = try credentials.directory.write(text, to: "encrypted.pem")
    try expectFailure(["client", "exec:true", "--servername", "a", "--ca", file], file)
  }

  @Test func `a file without a certificate is named`() throws {
    let file = credentials.serverKey
    try expectFailure(["client", "exec:true", "--servername", "a", "--ca", file], file)
  }

  @Test func `a key of another certificate is named`() throws {
    try expectFailure(
      ["server", "exec:true", "--cert", credentials.server, "--key", credentials.clientKey],
      credentials.clientKey)
  }

  @Test func `a certificate without its key asks for the option`() throws {
    try expectFailure(
      ["server", "exec:true", "--cert", credentials.server],
      "no private key in \(credentials.server); give --key FILE")
  }

  @Test func `a missing and a wrong passphrase are told apart`() throws {
    let arguments = [
      "client", "exec:true", "--servername", "a", "--cert", credentials.client, "--key",
      credentials.encryptedKey,
    ]
    try expectFailure(arguments, "has no passphrase")
    let wrong = try credentials.directory.write("wrong\n", to: "passphrase")
    try expectFailure(arguments + ["--passphrase-file", wrong], "another passphrase")
    try expectFailure(arguments + ["--passphrase-file", "/absent"], "/absent")
  }

  @Test(arguments: ["\r\n", "\n\n", "\r\nnext line\r\n", ""])
  func `a passphrase ends with its line`(end: String) throws {
    let file = try credentials.directory.write(Credentials.passphrase + end, to: "passphrase")
    // The key opens: it is the channel that fails.
    try expectFailure(
      [
        "client", "exec:dd of=/dev/null count=1 status=none", "--servername", "a", "--cert",
        credentials.client, "--key", credentials.encryptedKey, "--passphrase-file", file,
      ], "ended without close_notify")
  }

  @Test func `a channel that does not open is named`() throws {
    try expectFailure(["client", "tcp:127.0.0.1:1", "--insecure"], "127.0.0.1:1")
    try expectFailure(["client", "tcp:host.invalid:1", "--insecure"], "host.invalid")
    try expectFailure(["client", "exec:/absent", "--insecure"], "/absent")
    try expectFailure(["client", "unix:/absent/s", "--insecure"], "unix:/absent/s: No such file")
    try expectFailure(["client", "unix-listen:/absent/s", "--insecure"], "unix-listen:/absent/s")
    try expectFailure(["client", "fd:99", "--insecure"], "99")
  }

  @Test func `descriptors of memtls itself are no channel`() throws {
    let line = "exec \"$0\" client fd:3,4 --insecure 3<&- 4<&-"
    let run = try Command.run("sh", ["-c", line, Command.memtls])
    #expect(run.status == 1)
    #expect(run.errors == "memtls: descriptor 3 is not open\n")
  }

  @Test func `a peer that does not speak TLS is quoted`() throws {
    try expectFailure(
      ["client", "exec:printf 'SSH-2.0-OpenSSH_9.2\\r\\n'", "--insecure"], "\"SSH-2.0-OpenSSH_\"")
  }

  @Test func `a silent peer is given up on, and a child of ours ends`() throws {
    try expectFailure(
      ["client", "exec:sleep 1000", "--insecure", "--handshake-timeout", "0.2"], "timed out")
  }

  @Test func `a peer that goes away in the handshake is a failure`() throws {
    try expectFailure(
      ["client", "exec:dd of=/dev/null count=1 status=none", "--insecure"],
      "ended without close_notify")
  }

  private func expectFailure(_ arguments: [String], _ words: String) throws {
    let run = try Command.memtls(arguments)
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.split(separator: "\n").count == 1)
    #expect(run.errors.hasPrefix("memtls: ") && run.errors.contains(words), "\(run.errors)")
  }
}
