import Foundation
import Testing

/// `memtls handshake` with `--seed` and `--time`.
@Suite struct SeededHandshakeTests {
  @Test func `every kind of handshake is the same in another process, two seconds later`() throws {
    let first = try Self.kinds.map(digests)
    // Whatever looks at the system's clock, in whole seconds, sees another time in the second round.
    Thread.sleep(forTimeInterval: 2)
    let second = try Self.kinds.map(digests)
    for (kind, (one, two)) in zip(Self.kinds, zip(first, second)) {
      #expect(one == two && one.count >= 3, "\(kind)")
    }
    #expect(Set(first.map { $0[0] }).count > 8)
  }

  private static let kinds = [
    [], ["--mutual"], ["--resume"], ["--psk"], ["--key-update"], ["--alpn", "h2,http/1.1"],
    ["--group", "secp256r1", "--chunk", "7"], ["--capacity", "512", "--chunk", "1", "--mutual"],
    ["--early-data", "hello"], ["--early-data", "hello", "--mutual", "--key-update"],
    ["--ciphers", "TLS_CHACHA20_POLY1305_SHA256"], ["--tls", "1.3", "--time", "1800000000"],
    ["--tls", "1.2"], ["--tls", "1.2", "--resume"], ["--tls", "1.2", "--mutual", "--resume"],
    ["--tls", "1.2", "--psk"], ["--tls", "1.2", "--time", "2031-05-01T00:00:00Z", "--resume"],
  ]

  @Test func `another seed gives other flights, and without one every run does`() throws {
    let one = try digests([])
    for other in [try digests(["--seed", "18446744073709551615"]), try digests(["--seed", "0"])] {
      #expect(zip(one, other).allSatisfy { $0 != $1 } && one.count == other.count)
    }
    let (here, there) = (try run(["handshake", "--json"]), try run(["handshake", "--json"]))
    #expect(zip(here.digests, there.digests).allSatisfy { $0 != $1 })
  }

  @Test func `people see the digest below each flight`() throws {
    let printed = try Command.memtls(["handshake", "--seed", "1"]).output
    let lines = printed.split(separator: "\n").filter {
      $0.hasPrefix("  │ ") && $0.contains(/[0-9a-f]{64}/)
    }
    #expect(lines.map { $0.dropFirst(4).prefix(64) } == (try digests([])).map { $0[...] })
    #expect(try Command.memtls(["handshake"]).output.contains(try digests([])[0]) == false)
  }

  @Test func `a time is in seconds or as RFC 3339 writes it`() throws {
    let kind = ["--resume", "--tls", "1.2", "--time"]
    let seconds = try digests(kind + ["1769860800"])
    #expect(try digests(kind + ["2026-01-31T12:00:00Z"]) == seconds)
    #expect(try Command.memtls(["handshake", "--time", "2026-02-30T12:00:00Z"]).status == 2)
    #expect(try digests(kind + ["2026-01-31T13:00:00+01:00"]) == seconds)
  }

  @Test(arguments: [("0", "not yet valid"), ("2524608000", "has expired")])
  func `certificates that are not valid at the time are refused`(
    time: String, words: String
  ) throws {
    for options in [["--time", time], ["--time", time, "--seed", "1"]] {
      let run = try Command.memtls(["handshake"] + options)
      #expect(run.status == 1 && run.output.isEmpty)
      #expect(run.errors.contains("memtls: the client failed: peer's certificate not accepted: "))
      #expect(run.errors.contains(words) && run.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func `a time alone is enough for a handshake`() throws {
    #expect(try run(["handshake", "--json", "--time", "1600000000", "--resume"]).resumed)
  }

  @Test(arguments: [
    ["--seed", "-1"], ["--seed", "18446744073709551616"], ["--seed", "x"], ["--seed", "0x1"],
    ["--time", "-1"], ["--time", "253402300800"], ["--time", "yesterday"], ["--time", ""],
  ])
  func `what is no seed or no time is bad usage`(options: [String]) throws {
    let run = try Command.memtls(["handshake"] + options)
    #expect(run.status == 2 && run.output.isEmpty && run.errors.contains(options[0]))
  }

  @Test(arguments: ["client", "server", "tunnel", "identity"], ["--seed", "--time"])
  func `no other verb takes them`(verb: String, option: String) throws {
    let arguments = [
      "client": ["exec:true", "--insecure"], "server": ["exec:true", "--self-signed", "a"],
      "tunnel": ["exec:true", "exec:true", "--as", "client", "--insecure"],
      "identity": ["/dev/null"],
    ]
    let run = try Command.memtls([verb] + (arguments[verb] ?? []) + [option, "1"])
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("memtls: unknown option '\(option)'"))
  }

  /// Those of the flights, from seed 1 if the options have none.
  private func digests(_ options: [String]) throws -> [String] {
    let seed = options.contains("--seed") ? [] : ["--seed", "1"]
    return try run(["handshake", "--json"] + seed + options).digests
  }

  private func run(_ arguments: [String]) throws -> Report {
    let run = try Command.memtls(arguments)
    return try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
  }

  private struct Report: Decodable {
    let resumed: Bool
    let flights: [Flight]
    var digests: [String] { flights.map(\.sha256) }
  }

  private struct Flight: Decodable {
    let sha256: String
  }
}
