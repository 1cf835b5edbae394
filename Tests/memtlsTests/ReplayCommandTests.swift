import Foundation
import MemoryTLS
import MemoryTLSTesting
import Testing

/// `memtls replay`.
@Suite struct ReplayCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [
    [], ["--mutual"], ["--resume"], ["--psk"], ["--key-update"], ["--alpn", "h2,http/1.1"],
    ["--group", "secp256r1", "--chunk", "7"], ["--capacity", "512", "--chunk", "1", "--mutual"],
    ["--early-data", "it's \"early\""], ["--early-data", "hello", "--mutual", "--key-update"],
    ["--ciphers", "TLS_CHACHA20_POLY1305_SHA256"], ["--time", "1800000000"],
    ["--tls", "1.2"], ["--tls", "1.2", "--resume"], ["--tls", "1.2", "--mutual", "--resume"],
    ["--tls", "1.2", "--psk"], ["--tls", "1.2", "--time", "2031-05-01T00:00:00Z", "--resume"],
  ])
  func `every kind of seeded handshake is the same again, byte for byte`(
    options: [String]
  ) throws {
    let run = try Command.memtls(["replay", try recorded(options)])
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(run.output.contains(/^same: \d flights, \d+ bytes, byte for byte\n$/), "\(run.output)")
  }

  @Test func `an option shows what it changes, in words and bytes, for both ends`() throws {
    let file = try recorded(["--group", "x25519,secp256r1"])
    let run = try Command.memtls(["replay", file, "--group", "secp256r1"])
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(run.status == 1 && run.errors == "memtls: \(file) diverges in flight 1\n")
    #expect(
      lines.prefix(4) == [
        "as client: 2 divergences, compared byte for byte",
        "flight 1, ClientHello, extension supported_groups: "
          + "recorded x25519, secp256r1; now secp256r1",
        "  recorded  0000007b  00 0a 00 06 00 04 00 1d 00 17",
        "  now       0000007b  00 0a 00 04 00 02 00 17",
      ])
    #expect(lines.contains("as server: 1 divergence, compared byte for byte"))
    #expect(lines.contains("flight 2: a HelloRetryRequest instead of a ServerHello"))
    #expect(lines.contains { $0.hasPrefix("  │  HelloRetryRequest, change_cipher_spec ") })
    #expect(
      lines.contains(
        "ended before flight 3, which answers what was recorded and not what is said now"))
    let server = try Command.memtls(["replay", file, "--group", "secp256r1", "--as", "server"])
    #expect(!server.output.contains("as client") && server.errors.hasSuffix(" in flight 2\n"))
  }

  @Test func `scripts get one object with the place of the first byte that differs`() throws {
    let file = try recorded([])
    let text = try String(contentsOfFile: file, encoding: .utf8)
    // The first byte of the second line, which no random byte of this seed is.
    let place = /\n00000010[ ]{2}[0-9a-f]{2}/
    let changed = text.replacing(place, with: "\n00000010  ff", maxReplacements: 1)
      .replacing(/[ ]{2}\|.*\|/, with: "")
    let other = try directory.write(changed, to: "other.flights")
    let run = try Command.memtls(["replay", other, "--json"])
    let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
    #expect(run.status == 1 && !report.same)
    #expect(report.replays.map(\.role) == ["client", "server"])
    let first = try #require(report.replays[0].divergences.first)
    #expect(first.flight == 1 && first.offset == 16 && first.from == "client")
    #expect(first.sentence.hasPrefix("flight 1, ClientHello, random, byte 16 of the flight: "))
    let whole = try Command.memtls(["replay", file, "--json"])
    #expect(try JSONDecoder().decode(Report.self, from: Data(whole.output.utf8)).same)
    #expect(whole.status == 0 && whole.output.split(separator: "\n").count == 1)
  }

  @Test func `with another OpenSSL the structure is compared, and that is said`() throws {
    let text = try String(contentsOfFile: recorded([]), encoding: .utf8)
    let other = text.replacing(/# openssl: .*\n/, with: "# openssl: OpenSSL 9.9.9\n")
    let run = try Command.memtls(["replay", directory.write(other, to: "other.flights")])
    #expect(run.status == 0)
    #expect(
      run.output.hasPrefix(
        "as client: same, compared by structure, because OpenSSL 9.9.9 recorded it, and this is "
          + "\(OpenSSLVersion.text)\n"))
    #expect(run.output.contains("\nall flights were played\n"))
  }

  @Test func `a hello of somebody else's is put to a server with your certificate`() throws {
    let credentials = try Credentials()
    let file = try directory.write(
      withoutOrigin(try recorded(["--tls", "1.3"])), to: "theirs.flights")
    let ours = ["--cert", credentials.server, "--key", credentials.serverKey]
    let run = try Command.memtls(["replay", file] + ours)
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(
      run.output.hasPrefix(
        "as server: same up to flight 2 of 3, compared by structure, because no seed is recorded\n"
      ))
    #expect(run.output.contains("│  ServerHello, change_cipher_spec, EncryptedExtensions, "))
    #expect(run.output.contains("\nended before flight 3, "))
    let refused = try Command.memtls(["replay", file, "--tls", "1.2"] + ours)
    #expect(refused.status == 1)
    #expect(
      refused.output.contains("\nflight 2: the alert protocol_version instead of a ServerHello\n"))
  }

  @Test func `what nothing opens is only counted, and a key log opens it`() throws {
    let capture = Fixtures.path("captures/tls13-chacha20.pcap")
    let closed = try Command.memtls(["replay", capture])
    #expect(closed.output.contains("\n6 encrypted records were only counted: nothing opens them\n"))
    let keys = Fixtures.path("captures/tls13-chacha20.keys")
    let open = try Command.memtls(["replay", capture, "--keylog", keys])
    #expect(!open.output.contains("only counted"))
    #expect(open.output.contains("flight 2, Certificate, certificate_list"))
  }

  @Test func `what a capture lacks is said`() throws {
    let capture = Fixtures.path("captures/short-snapshots.pcapng")
    let run = try Command.memtls(["replay", capture])
    #expect(run.errors.contains("memtls: a hole of "))
  }

  @Test func `a server without a certificate gets one, and that is said`() throws {
    let file = try directory.write(withoutOrigin(try recorded([])), to: "theirs.flights")
    let run = try Command.memtls(["replay", file])
    #expect(
      run.errors == "memtls: no --cert: the server's is for localhost, made for this run\n"
        + "memtls: \(file) diverges in flight 2\n")
    #expect(run.output.contains("\nflight 2, Certificate, certificate_list, certificate 1: "))
  }

  @Test func `the key that made a recording makes it again`() throws {
    // A program of somebody's own, that kept its seeds and no throw-away identity.
    let text = try String(contentsOfFile: recorded(["--tls", "1.3"]), encoding: .utf8)
    let file = try directory.write(
      text.replacing(/# (identity|option): .*\n/, with: ""), to: "seeded.flights")
    let identity = try TestIdentity.authority(seed: 1)
      .issue(.server, "localhost", names: [.dns("localhost")])
    let chain = try directory.write(identity.chainPEM, to: "chain.pem")
    let key = try directory.write(identity.privateKeyPEM(), to: "key.pem")
    let run = try Command.memtls(["replay", file, "--cert", chain, "--key", key])
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(run.output.contains(/^same: 3 flights, \d+ bytes, byte for byte\n$/), "\(run.output)")
  }

  @Test func `a recorded client is played its server's answers again`() throws {
    let credentials = try Credentials()
    let file = directory.path + "/client.flights"
    let server =
      "\(Command.memtls) tunnel exec:cat stdio --as server --cert \(credentials.serverBoth)"
    let options = ["--servername", "localhost", "--ca", credentials.ca]
    let client = try Command.memtls(["client", "exec:\(server)", "--record", file] + options)
    #expect(client.status == 0, "\(client.errors)")
    let run = try Command.memtls(["replay", file, "--ca", credentials.ca, "--json"])
    let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
    #expect(run.status == 0 && report.same && report.replays.map(\.role) == ["client"])
    #expect(report.replays[0].comparison == "structure")
    #expect(report.replays[0].ending.hasPrefix("ended before flight 2"))
    let words = try Command.memtls(["replay", file, "--ca", credentials.ca]).output
    #expect(words.hasPrefix("as client: same up to flight 1 of "), "\(words)")
  }

  @Test(arguments: ["no-common-suite.pcap", "no-common-version.pcap"])
  func `a capture of a refusal is put to another server`(name: String) throws {
    let capture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Fixtures/captures/\(name)").path
    let run = try Command.memtls(["replay", capture])
    #expect(run.status == 1)
    let answer = /\nflight 2: a ServerHello .* instead of the alert [a-z_]+\n/
    #expect(run.output.contains(answer), "\(run.output)")
  }

  @Test func `what cannot be is bad usage, and what cannot be read has failed`() throws {
    let file = try recorded([])
    let theirs = try directory.write(withoutOrigin(file), to: "theirs.flights")
    let usages = [
      [file, "--cert", "x"], [file, "--as", "both"], [theirs, "--as", "client", "--tickets", "2"],
      [theirs, "--ca", "x"], [file, "--seed", "1"], [], [file, "--time", "never"],
    ]
    for usage in usages {
      let run = try Command.memtls(["replay"] + usage)
      #expect(run.status == 2 && run.output.isEmpty, "\(usage)")
    }
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let odd = text.replacing("# client-seed", with: "# option: --nonsense\n# client-seed")
    let failures = [
      directory.path + "/none", try directory.write("nonsense\n", to: "nonsense"),
      try directory.write(odd, to: "odd.flights"),
    ]
    for failure in failures {
      let run = try Command.memtls(["replay", failure])
      #expect(run.status == 1 && run.output.isEmpty, "\(failure)")
      #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    }
  }

  /// Records a handshake from seed 1 and answers the file.
  private func recorded(_ options: [String]) throws -> String {
    let file = directory.path + "/\(UUID()).flights"
    let run = try Command.memtls(["handshake", "--seed", "1", "--record", file] + options)
    try #require(run.status == 0, "\(run.errors)")
    return file
  }

  /// A recording as if it were a capture's.
  private func withoutOrigin(_ file: String) throws -> String {
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let headers = /# (openssl|role|client-seed|server-seed|time|identity|option): .*\n/
    return text.replacing(headers, with: "")
  }

  private struct Report: Decodable {
    let same: Bool
    let replays: [Replay]

    struct Replay: Decodable {
      let role: String
      let comparison: String
      let ending: String
      let error: String?
      let divergences: [Divergence]
    }

    struct Divergence: Decodable {
      let flight: Int
      let from: String
      let offset: Int?
      let sentence: String
    }
  }
}
