import Testing

/// What `memtls tunnel` refuses before it opens anything: exit 2, and a line that says why.
@Suite struct TunnelUsageTests {
  @Test(arguments: [
    (["stdio", "tcp:h:1"], "--as"),
    (["stdio", "tcp:h:1", "--as", "both"], "client|server"),
    (
      ["tcp-listen:h:1", "unix-listen:s", "--as", "client"],
      "only one of tcp-listen:h:1 and unix-listen:s can listen"
    ),
    (["files:a,b", "tcp:h:1", "--as", "client"], "files carry ciphertext alone"),
    (["stdio", "stdio", "--as", "client", "--insecure"], "stdin and stdout are the plaintext"),
    (["fd:0,1", "stdio", "--as", "client", "--insecure"], "stdin and stdout are the plaintext"),
    (["fd:3", "fd:4,3", "--as", "client", "--insecure"], "descriptor 3 cannot be both sides'"),
    (["stdio", "fd:3,2", "--as", "client", "--insecure"], "stderr is for talk"),
    (["stdio", "tcp:h:1", "--as", "server", "--ca", "x"], "--ca is for --as client"),
    (["stdio", "tcp:h:1", "--as", "client", "--client-ca", "x"], "--client-ca is for --as server"),
    (["stdio", "tcp:h:1", "--as", "server", "--sess-in", "x"], "--sess-in is for --as client"),
    (["stdio", "tcp:h:1", "--as", "client", "--tickets", "2"], "--tickets is for --as server"),
    (["stdio", "tcp:h:1", "--as", "server", "--ocsp", "require"], "--ocsp is for --as client"),
    (["stdio", "tcp:h:1", "--as", "server", "--crl", "x"], "--crl without --client-ca"),
    (["stdio", "tcp:h:1", "--as", "client", "--insecure", "--crl", "x"], "about authorities"),
    (
      ["stdio", "tcp:h:1", "--as", "client", "--early-data", "9"], "--early-data is for --as server"
    ),
    (["stdio", "tcp:h:1", "--as", "server"], "a server needs a certificate"),
    (["stdio", "exec:cat", "--as", "client"], "who is expected?"),
    (["stdio", "tcp:h:1", "--as", "client", "--framing", "u24"], "u24"),
    (["stdio", "tcp:h:1", "--as", "client", "--max-connections", "0"], "less than 1"),
    (["stdio", "tcp:h:1", "--as", "client", "--idle-timeout", "-1"], "--idle-timeout"),
    (["stdio", "tcp:h:1", "--as", "client", "--seed", "1"], "--seed"),
  ])
  func `bad usage`(arguments: [String], reason: String) throws {
    let run = try Command.memtls(["tunnel"] + arguments)
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.contains(reason), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  @Test func `help teaches with examples`() throws {
    let run = try Command.memtls(["tunnel", "--help"])
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(run.output.contains("memtls tunnel tcp:127.0.0.1:8080 tcp-listen:0.0.0.0:8443"))
  }
}
