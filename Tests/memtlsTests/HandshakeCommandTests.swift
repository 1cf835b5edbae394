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
    #expect(run.output.contains("\"alpn\":null"))
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
    let steps: Steps
    let flights: [Flight]
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
