import Foundation
import Testing

/// What `--cert` and `--key` take beside PEM and DER.
@Suite(.enabled(if: isInstalled("openssl"), "needs the openssl command"))
struct CredentialOptionsTests {
  private let credentials: Credentials

  init() throws { credentials = try Credentials() }

  @Test func `a PKCS #12 file is chain and key`() throws {
    let file = try pkcs12(passphrase: "open sesame")
    let passphrase = try credentials.directory.write("open sesame\n", to: "passphrase")
    try expectService(["--cert", file, "--passphrase-file", passphrase])
    let wrong = try credentials.directory.write("shut sesame\n", to: "wrong")
    try expectFailure(["--cert", file, "--passphrase-file", wrong], "\(file)", "passphrase")
    try expectFailure(["--cert", file], file, "passphrase")
  }

  @Test func `a file: URI is a store`() throws {
    try expectService(["--cert", "file:" + credentials.serverBoth])
    try expectService(["--cert", credentials.server, "--key", "file:" + credentials.serverKey])
    try expectFailure(["--cert", "file:/not/there"], "file:/not/there")
    try expectFailure(["--cert", "file:" + credentials.server], "file:" + credentials.server)
  }

  @Test func `a pkcs11: URI without a provider for it is named, but not its PIN`() throws {
    let uri = "pkcs11:token=a;object=b?pin-value=1234"
    for options in [["--cert", uri], ["--cert", credentials.server, "--key", uri]] {
      let run = try expectFailure(options, "pkcs11:token=a;object=b")
      #expect(!run.errors.contains("1234"))
    }
  }

  private func expectService(_ options: [String]) throws {
    let server = try Running(
      Command.memtls,
      ["tunnel", "exec:cat", "tcp-listen:127.0.0.1:0", "--as", "server", "--once"] + options,
      in: credentials.directory)
    let client = try Command.memtls(
      ["client", "tcp:127.0.0.1:\(try server.listeningPort())", "--ca", credentials.ca],
      input: Data("hello\n".utf8))
    #expect(client.status == 0 && client.output == "hello\n", "\(client.errors)")
    #expect(server.finish().status == 0)
  }

  @discardableResult
  private func expectFailure(_ options: [String], _ words: String...) throws -> Command {
    let run = try Command.memtls(["server", "exec:true"] + options)
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.split(separator: "\n").count == 1)
    for word in words { #expect(run.errors.contains(word), "\(run.errors)") }
    return run
  }

  private func pkcs12(passphrase: String) throws -> String {
    let file = credentials.directory.path + "/server.p12"
    let run = try Command.run(
      "openssl",
      ["pkcs12", "-export", "-in", credentials.server, "-inkey", credentials.serverKey]
        + ["-out", file, "-passout", "pass:\(passphrase)"])
    #expect(run.status == 0, "\(run.errors)")
    return file
  }
}
