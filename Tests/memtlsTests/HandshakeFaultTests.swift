import Foundation
import Testing

@testable import memtls

@Suite struct HandshakeFaultTests {
  @Test func `a fault shows the ladder as far as it went, and how each side ended`() throws {
    let fault = "server flight 1: flip bit 3 of byte 300"
    let run = try Command.memtls(["handshake", "--tls", "1.3", "--fault", fault])
    #expect(run.status == 1 && run.errors == "memtls: the connection failed under the fault\n")
    #expect(run.output.contains("ClientHello") && run.output.contains("EncryptedExtensions"))
    #expect(run.output.contains("the client failed: "))
    #expect(run.output.contains("it was told bad_record_mac (20)"))
    #expect(run.output.contains("the server failed: peer gave up with alert bad_record_mac (20)"))
    #expect(
      try Command.memtls(["handshake", "--tls", "1.3", "--fault", fault]).output == run.output)
    let other = ["handshake", "--tls", "1.3", "--seed", "2", "--fault", fault]
    #expect(try Command.memtls(other).status == 1)
  }

  @Test func `a fault that changes nothing is no failure`() throws {
    let run = try Command.memtls([
      "handshake", "--fault", "client flight 1: delay record 1 by 3 turns",
    ])
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(run.output.hasSuffix("the server closed, and saw its peer close\noutcome: completed\n"))
  }

  @Test func `a fault without a place is a failure`() throws {
    let run = try Command.memtls(["handshake", "--fault", "server flight 1: drop record 99"])
    #expect(run.status == 1)
    #expect(run.errors.hasSuffix("the fault did not strike: there is no such place\n"))
  }

  @Test func `what fails without any fault says why`() throws {
    let run = try Command.memtls(["handshake", "--sweep", "--group", "x25519"])
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("memtls: without any fault, TLS 1.2 does not come to its end: "))
    #expect(run.errors.contains("no shared cipher"))
    let resumed = try Command.memtls(["handshake", "--sweep", "--resume", "--time", "0"])
    #expect(resumed.status == 1 && resumed.errors.contains("certificate is not yet valid"))
    #expect(!resumed.errors.contains("│"))
  }

  @Test func `both wait for what is lost`() throws {
    let run = try Command.memtls([
      "handshake", "--json", "--fault", "server: cut after 10 bytes",
    ])
    #expect(run.status == 1)
    let report = try JSONDecoder().decode(FaultDocument.self, from: Data(run.output.utf8))
    #expect(report.fault == "server: cut after 10 bytes" && report.seed == 1)
    #expect(report.outcome == "truncated" && report.stalled && report.broken.isEmpty)
    #expect(report.client?.code == "truncated" && report.client?.fault == "peer")
    #expect(report.flights.count > 1)
  }

  @Test(arguments: [
    (["--fault", "client: burn record 1"], "the fault has 'burn' where one of cut, delay, "),
    (["--fault", "client: cut after 1 byte", "--sweep"], "contradict each other"),
    (["--sample", "0.5"], "--sample is for --sweep"),
    (["--sweep", "--sample", "0"], "--sample 0.0 is not above 0"),
    (["--sweep", "--sample", "1.5"], "--sample 1.5 is not above 0"),
    (["--sweep", "--sample", "nan"], "--sample nan is not above 0"),
  ])
  func `what cannot be is usage`(options: [String], message: String) throws {
    let run = try Command.memtls(["handshake"] + options)
    #expect(run.status == 2 && run.output.isEmpty && run.errors.contains(message))
  }

  @Test(arguments: [
    [], ["--tls", "1.2", "--mutual"], ["--tls", "1.3", "--mutual", "--alpn", "h2"],
    ["--resume"], ["--early-data", "hello"], ["--psk"], ["--key-update"],
    ["--chunk", "7", "--capacity", "600"], ["--group", "secp256r1", "--seed", "9"],
    ["--ciphers", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"],
  ])
  func `a sweep breaks no rule, whatever the options`(options: [String]) throws {
    let run = try Command.memtls(["handshake", "--sweep", "--sample", "0.002"] + options)
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(run.output.contains("no rule was broken") && run.output.contains("together"))
    let isOfOne = options.contains {
      ["--tls", "--early-data", "--key-update", "--ciphers"].contains($0)
    }
    #expect(run.output.components(separatedBy: "together").count == (isOfOne ? 2 : 3))
  }

  @Test func `a sweep's JSON adds up`() throws {
    let run = try Command.memtls(["handshake", "--sweep", "--sample", "0.005", "--json"])
    let report = try JSONDecoder().decode(SweepResult.self, from: Data(run.output.utf8))
    #expect(run.status == 0 && report.broken.isEmpty && report.seconds > 0)
    #expect(report.cases == report.planned && report.possible > 100 * report.cases)
    #expect(report.counts.reduce(0) { $0 + $1.cases } == report.cases)
    #expect(Set(report.counts.map(\.scenario)) == ["TLS 1.2", "TLS 1.3"])
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `a signal ends a sweep with what was done so far`(signal: Int32) throws {
    let program = try Running(
      Command.memtls, ["handshake", "--sweep"], in: try TemporaryDirectory())
    let status = "/proc/\(program.process.processIdentifier)/status"
    let isCaught = try eventually {
      let lines = try String(contentsOfFile: status, encoding: .utf8).split(separator: "\n")
      let mask = lines.first { $0.hasPrefix("SigCgt:") }?.split(separator: "\t").last ?? ""
      return UInt64(mask, radix: 16).map { $0 & 1 << UInt64(SIGTERM - 1) != 0 } ?? false
    }
    #expect(isCaught)
    let run = program.stop(signal)
    #expect(run.status == 1 && run.errors == "memtls: interrupted\n")
    #expect(run.output.contains(" cases: no rule was broken"))
  }

  @Test func `the line that repeats a case has the other options`() throws {
    let words = [
      "handshake", "--sweep", "--sample", "0.1", "--tls=1.3", "--seed", "3", "--json",
      "--early-data", "it's", "--mutual",
    ]
    let line = Repetition(words).line(.tls12, seed: 3)
    #expect(line == #"memtls handshake --early-data 'it'\''s' --mutual --tls 1.2 --seed 3"#)
    #expect(Repetition(["handshake"]).line(nil, seed: 1) == "memtls handshake --seed 1")
    let again = try ShellWords.split(
      Repetition(["handshake", "--sweep", "--mutual"]).line(.tls13, seed: 1)
        + " --fault 'client: drop record 1'")
    #expect(try Command.memtls(Array(again.dropFirst())).status == 1)
  }

  private struct FaultDocument: Decodable {
    let fault: String
    let seed: UInt64
    let outcome: String
    let stalled: Bool
    let client: Failure?
    let flights: [Flight]
    let broken: [String]
  }

  private struct Failure: Decodable {
    let code: String
    let fault: String
  }

  private struct Flight: Decodable {
    let sha256: String
  }

  private struct SweepResult: Decodable {
    let possible: Int
    let planned: Int
    let cases: Int
    let seconds: Double
    let counts: [Count]
    let broken: [Broken]
  }

  private struct Count: Decodable {
    let scenario: String
    let cases: Int
  }

  private struct Broken: Decodable {
    let again: String
  }
}
