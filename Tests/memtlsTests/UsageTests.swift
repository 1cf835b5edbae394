import Foundation
import Testing

@Suite struct UsageTests {
  @Test(arguments: [
    ["nonsense"], ["handshake", "--nonsense"], ["client", "--nonsense"], ["server", "--nonsense"],
    ["client"], ["server"], ["handshake", "--tls", "1.1"], ["handshake", "--capacity", "511"],
    ["handshake", "--chunk", "0"], ["handshake", "--group", "nonsense"],
    ["handshake", "--ciphers", "nonsense"], ["handshake", "--ciphers", ""],
    ["handshake", "--tls", "1.2", "--ciphers", "TLS_AES_128_GCM_SHA256"],
    ["handshake", "--alpn", ""], ["client", "nonsense"], ["client", "nonsense:x"],
    ["client", "tcp:localhost"], ["client", "tcp:localhost:65536"], ["client", "tcp:::1:443"],
    ["client", "fd:x"], ["client", "fd:0,1", "--insecure"], ["client", "exec:"],
    ["client", "fd:2", "--insecure"], ["client", "fd:3,2", "--insecure"],
    ["client", "exec:'open", "--insecure"], ["client", "exec:true"],
    ["client", "stdio", "--insecure"], ["client", "stdio:x"], ["client", "system:true"],
    ["client", "fifo:a"], ["client", "files:a,a"], ["client", "unix:"], ["server", "unix-listen:"],
    ["client", "tty:/dev/ttyS0,1"], ["client", "unix:" + String(repeating: "x", count: 200)],
    ["client", "exec:true", "--servername", ""], ["client", "exec:true", "--pin", "00"],
    ["client", "exec:true", "--insecure", "--ca", "ca.pem"],
    ["client", "tcp:localhost:1", "--key", "key.pem"],
    ["client", "tcp:localhost:1", "--handshake-timeout", "-1"],
    ["client", "exec:true", "--insecure", "--seed", "1"], ["server", "exec:true", "--seed", "1"],
    ["server", "tcp-listen:127.0.0.1:0"],
    ["server", "tcp-listen:127.0.0.1:0", "--cert", "c.pem", "--client-auth", "require"],
    ["server", "exec:true", "--self-signed", "localhost", "--cert", "c.pem"],
    ["server", "exec:true", "--self-signed", "localhost", "--key", "k.pem"],
    ["server", "exec:true", "--self-signed", "a,DNS:b"],
    ["server", "exec:true", "--self-signed", ""],
    ["client", "exec:true", "--insecure", "--self-signed", "a", "--cert", "c.pem"],
    ["client", "exec:true", "--insecure", "--export", ""],
    ["client", "exec:true", "--insecure", "--export", "x:0"],
    ["client", "exec:true", "--insecure", "--export", "x:1025"],
    ["client", "exec:true", "--insecure", "--export", String(repeating: "x", count: 250)],
    ["client", "exec:true", "--insecure", "--keylog"],
    ["client", "exec:true", "--insecure", "--tickets", "1"],
    ["client", "exec:true", "--servername", "a", "--ocsp", "perhaps"],
    ["client", "exec:true", "--insecure", "--ocsp", "require"],
    ["client", "exec:true", "--pin", String(repeating: "00", count: 32), "--ocsp", "request"],
    ["client", "exec:true", "--insecure", "--crl", "a.crl"],
    ["client", "exec:true", "--servername", "a", "--crl-check", "all"],
    ["server", "exec:true", "--self-signed", "a", "--crl", "a.crl"],
    ["server", "exec:true", "--self-signed", "a", "--tickets", "17"],
    ["server", "exec:true", "--self-signed", "a", "--tickets", "-1"],
    ["server", "exec:true", "--self-signed", "a", "--sess-out", "file"],
    ["client", "exec:true", "--insecure", "--early-data"],
    ["client", "exec:true", "--insecure", "--early-data", "--sess-in", "s", "--tls", "1.2"],
    ["server", "exec:true", "--self-signed", "a", "--early-data", "0"],
    ["server", "exec:true", "--self-signed", "a", "--early-data", "1048577"],
    ["server", "exec:true", "--self-signed", "a", "--early-data", "1", "--ticket-key", "k"],
    ["handshake", "--early-data", ""], ["handshake", "--early-data", "a", "--tls", "1.2"],
    ["handshake", "--key-update", "--tls", "1.2"],
    ["client", "tcp:h:1", "--psk", "a:" + String(repeating: "0", count: 32), "--psk-file", "f"],
    ["handshake", "--psk", "--mutual"],
    ["identity"], ["identity", ""], ["identity", "/dev/null", "--nonsense"],
    ["identity", "/dev/null", "--days", "0"], ["identity", "/dev/null", "--days", "36501"],
    ["identity", "/dev/null", "--key", "dsa"], ["identity", "/dev/null", "--name", "a b"],
    ["identity", "/dev/null", "--seed", "1"],
    ["inspect"], ["inspect", ""], ["inspect", "a", "--stream", "-1"],
    ["inspect", "a", "--message", "0"], ["inspect", "a", "--message", "1", "--json"],
    ["inspect", "a", "--json", "--svg", "b"], ["inspect", "a", "--svg", ""],
    ["inspect", "a", "--color", "blue"], ["inspect", "-", "--keylog", "-"],
    ["convert"], ["convert", "a"], ["convert", "a", "b"], ["convert", "a", "b.txt"],
    ["convert", "a", "-"], ["convert", "a", "b", "--to", "svg"], ["convert", "a", ""],
    ["convert", "a", "b.pcap", "--keylog-out", "b.pcap"],
  ])
  func `bad usage is one line on stderr, exit 2 and nothing on stdout`(arguments: [String]) throws {
    let run = try Command.memtls(arguments)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("memtls: "))
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  @Test func `stdio is the plaintext of a client and a server, and no channel`() throws {
    let credentials = try Credentials()
    let server = ["server", "stdio", "--cert", credentials.server, "--key", credentials.serverKey]
    for arguments in [["client", "stdio", "--insecure"], server] {
      let run = try Command.memtls(arguments)
      #expect(run.status == 2 && run.output.isEmpty)
      #expect(run.errors == "memtls: stdio: stdin and stdout are the plaintext\n")
    }
  }

  @Test func `a system call that fails is a failure and not bad usage`() throws {
    // One descriptor beyond the standard ones: too few for a pipe.
    let run = try Command.run(
      "sh", ["-c", "ulimit -n 4; exec \"$0\" client exec:true --insecure", Command.memtls])
    #expect(run.status == 1)
    #expect(run.errors == "memtls: too many open files\n")
  }

  @Test(arguments: [
    [], ["--help"], ["handshake", "--help"], ["client", "--help"], ["server", "--help"],
    ["identity", "--help"], ["tunnel", "--help"], ["inspect", "--help"], ["convert", "--help"],
  ])
  func `help goes to stdout with exit 0 and fits 80 columns`(arguments: [String]) throws {
    let run = try Command.memtls(arguments)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(run.output.contains("USAGE"))
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func `the version names the OpenSSL in use`() throws {
    let run = try Command.memtls(["--version"])
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("memtls with OpenSSL 3"))
  }
}
