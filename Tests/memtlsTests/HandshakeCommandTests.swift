import Foundation
import Testing

@Suite struct HandshakeCommandTests {
  @Test func `the ladder shows both sides' messages and what was agreed on`() throws {
    let run = try Command.memtls(["handshake"])
    #expect(run.status == 0 && run.errors.isEmpty)
    let wanted = [
      "client", "server", "ClientHello", "ServerHello", "Finished", "TLSv1.3", "x25519",
    ]
    for word in wanted { #expect(run.output.contains(word)) }
    #expect(run.output.contains("TLS_AES_128_GCM_SHA256"))
  }

  @Test func `every line of the ladder is equally wide`() throws {
    let run = try Command.memtls(["handshake", "--tls", "1.2", "--mutual"])
    let rungs = run.output.split(separator: "\n").filter { $0.hasPrefix("  │") }
    #expect(rungs.count > 8)
    #expect(Set(rungs.map(\.count)).count == 1)
  }

  @Test(arguments: ["1.2", "1.3"])
  func `JSON has the documented fields and its numbers add up`(version: String) throws {
    let run = try Command.memtls(["handshake", "--json", "--tls", version, "--alpn", "h2,http/1.1"])
    let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
    #expect(report.version == "TLSv\(version)")
    #expect(report.alpn == "h2")
    #expect(report.group == "x25519")
    #expect(!report.resumed)
    #expect(report.steps.client > 1 && report.steps.server > 1)
    #expect(report.flights.map(\.from).prefix(3) == ["client", "server", "client"])
    for flight in report.flights {
      #expect(flight.bytes == flight.records.reduce(0) { $0 + $1.bytes })
    }
    #expect(report.flights[0].records[0].type == "handshake")
  }

  @Test func `absent values are null`() throws {
    let run = try Command.memtls(["handshake", "--json"])
    #expect(run.output.contains("\"alpn\":null") && run.output.contains("\"earlyData\":null"))
  }

  @Test func `a small ring and single bytes take more steps to the same end`() throws {
    let arguments = ["handshake", "--json", "--mutual", "--capacity", "512", "--chunk", "1"]
    let small = try Command.memtls(arguments)
    let report = try JSONDecoder().decode(Report.self, from: Data(small.output.utf8))
    #expect(report.version == "TLSv1.3")
    #expect(report.steps.client > 100)
  }

  @Test func `group and cipher suite can be chosen`() throws {
    let run = try Command.memtls([
      "handshake", "--json", "--group", "secp256r1", "--ciphers",
      "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    ])
    let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
    #expect(report.group == "secp256r1")
    #expect(report.version == "TLSv1.2")
    #expect(report.cipher == "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")
  }

  @Test(arguments: ["1.2", "1.3"])
  func `resume shows the second handshake, without certificates`(version: String) throws {
    let run = try Command.memtls(["handshake", "--resume", "--tls", version])
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(run.output.contains(", x25519, resumed\n"))
    #expect(!run.output.contains("CertificateVerify") && !run.output.contains("NewSessionTicket"))
    let report = try report(["--resume", "--mutual", "--chunk", "1", "--tls", version])
    #expect(report.resumed && report.version == "TLSv\(version)" && report.earlyData == nil)
  }

  @Test func `early data travels with the ClientHello`() throws {
    let run = try Command.memtls(["handshake", "--early-data", "hello"])
    #expect(run.output.contains(", resumed, 5 bytes of early data accepted\n"))
    #expect(run.output.contains("EndOfEarlyData"))
    let report = try report(["--early-data", "hello"])
    #expect(report.resumed && report.earlyData?.accepted == true && report.earlyData?.bytes == 5)
    // 5 of header, 5 of text, 1 of type, 16 of tag.
    #expect(report.flights[0].records.last?.bytes == 27)
  }

  @Test func `what is more than fits goes after the handshake`() throws {
    let text = String(repeating: "x", count: 20_000)
    let report = try report(["--early-data", text])
    #expect(report.earlyData?.accepted == true)
    #expect(try #require(report.earlyData?.bytes) < 20_000)
    let all = report.flights.filter { $0.from == "client" }.reduce(0) { $0 + $1.bytes }
    #expect(all > 20_000)
  }

  @Test(arguments: ["1.2", "1.3"])
  func `a key that both know stands for certificates`(version: String) throws {
    let run = try Command.memtls(["handshake", "--psk", "--tls", version])
    #expect(run.status == 0 && run.output.contains(", key memtls\n"))
    #expect(!run.output.contains("Certificate") && !run.output.contains("CN="))
    let report = try report(["--psk", "--tls", version, "--chunk", "1"])
    #expect(report.psk == "memtls" && !report.resumed)
  }

  @Test func `key update shows both sides' messages`() throws {
    let run = try Command.memtls(["handshake", "--key-update"])
    #expect(run.output.components(separatedBy: "KeyUpdate").count == 3)
    #expect(run.output.contains(", keys changed\n"))
    #expect(try report(["--key-update"]).keyUpdates == 1)
    #expect(try report([]).keyUpdates == 0)
  }

  private func report(_ options: [String]) throws -> Report {
    let run = try Command.memtls(["handshake", "--json"] + options)
    return try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
  }

  @Test func `padding that openssl.cnf asks for is not done`() throws {
    let directory = try TemporaryDirectory()
    let configuration = try directory.write(
      """
      openssl_conf = main
      [main]
      ssl_conf = ssl
      [ssl]
      system_default = defaults
      [defaults]
      RecordPadding = 4096

      """, to: "openssl.cnf")
    let run = try Command.run(
      "env", ["OPENSSL_CONF=\(configuration)", Command.memtls, "handshake", "--json"])
    let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
    #expect(report.flights.flatMap(\.records).allSatisfy { $0.bytes < 2000 })
  }

  private struct Report: Decodable {
    let version: String
    let cipher: String
    let group: String?
    let alpn: String?
    let resumed: Bool
    let psk: String?
    let earlyData: EarlyData?
    let keyUpdates: Int
    let steps: Steps
    let flights: [Flight]
  }

  private struct EarlyData: Decodable {
    let bytes: Int
    let accepted: Bool
  }

  private struct Steps: Decodable {
    let client: Int
    let server: Int
  }

  private struct Flight: Decodable {
    let from: String
    let bytes: Int
    let records: [Record]
  }

  private struct Record: Decodable {
    let type: String
    let bytes: Int
  }
}
