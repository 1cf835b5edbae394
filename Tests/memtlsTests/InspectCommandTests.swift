import Foundation
import Testing

@Suite struct InspectCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// A handshake of memtls as a file, with secrets.
  private func recording(_ name: String = "a.flights", _ options: [String] = []) throws -> String {
    let path = directory.path + "/" + name
    let run = try Command.memtls(
      ["handshake", "--seed", "1", "--record", path, "--record-secrets"] + options)
    try #require(run.status == 0, "\(run.errors)")
    return path
  }

  @Test func `a recording is a heading and a ladder`() throws {
    let run = try Command.memtls(["inspect", try recording("a.flights", ["--alpn", "h2"])])
    #expect(run.status == 0 && run.errors.isEmpty)
    let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines[0] == "client to server: TLSv1.3, TLS_AES_128_GCM_SHA256, for localhost, decrypted")
    #expect(lines[1].hasPrefix("recorded by both ends, OpenSSL 3"))
    #expect(lines.contains { $0.contains("4* EncryptedExtensions") && $0.contains("h2") })
  }

  @Test func `the kind of a file shows in its content`() throws {
    let path = try recording()
    let wanted = try Command.memtls(["inspect", path]).output.ladder
    for kind in ["flights", "pcap", "pcapng"] {
      let other = directory.path + "/misnamed"
      let keys = directory.path + "/keys.\(kind)"
      let made = try Command.memtls(
        ["convert", path, other, "--to", kind, "--force"]
          + ["--keylog-out", keys])
      #expect(made.status == 0, "\(made.errors)")
      let run = try Command.memtls(["inspect", other, "--keylog", keys])
      #expect(run.output.ladder == wanted, "\(kind)")
      let input = try Data(contentsOf: URL(fileURLWithPath: other))
      let piped = try Command.memtls(["inspect", "-", "--keylog", keys], input: input)
      #expect(piped.output == run.output)
    }
  }

  @Test func `flows of Go's crypto-tls are read as they are`() throws {
    let path = try directory.write(
      """
      >>> Flow 1 (client to server)
      00000000  15 03 01 00 02 02 28                              |......(|

      """, to: "Client-TLSv12-X")
    let run = try Command.memtls(["inspect", path])
    #expect(run.output.contains("1  alert handshake_failure 2  fatal"))
  }

  @Test func `a message in full is its fields and bytes`() throws {
    let path = try recording()
    let run = try Command.memtls(["inspect", path, "--message", "2"])
    let lines = run.output.split(separator: "\n")
    #expect(
      lines[0] == "message 2: ServerHello, server to client in flight 2, 122 bytes, not encrypted")
    #expect(lines.contains("  cipher_suite: TLS_AES_128_GCM_SHA256"))
    #expect(lines.contains("    group: x25519"))
    #expect(lines.contains { $0.hasPrefix("00000000  02 00 00 76 03 03 ") && $0.hasSuffix("|") })
    #expect(lines.allSatisfy { $0.count <= 80 })
    let none = try Command.memtls(["inspect", path, "--message", "10"])
    #expect(none.status == 2 && none.errors == "memtls: no message 10, but 1 to 9\n")
  }

  @Test func `JSON has everything but the secrets`() throws {
    let path = try recording("a.flights", ["--resume"])
    let run = try Command.memtls(["inspect", path, "--json"])
    #expect(run.output.split(separator: "\n").count == 1)
    let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
    #expect(report.version == "TLSv1.3" && report.serverName == "localhost")
    #expect(report.secrets.contains("CLIENT_HANDSHAKE_TRAFFIC_SECRET"))
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for line in text.split(separator: "\n") where line.hasPrefix("# keylog: ") {
      #expect(!run.output.contains(line.split(separator: " ").last ?? ""))
    }
    let messages = report.flights.flatMap(\.messages)
    #expect(messages.map(\.number) == Array(1...messages.count))
    for message in messages {
      #expect(message.hex.count == 2 * message.bytes)
      #expect(message.fields.map(\.hex).joined() == message.hex)
      #expect(message.records.allSatisfy { 1...report.recordCount ~= $0 })
    }
    for flight in report.flights {
      #expect(flight.records.map(\.bytes).reduce(0, +) == flight.bytes)
      #expect(flight.hex.count == 2 * flight.bytes)
    }
    let protections = Set(report.flights.flatMap(\.records).map(\.protection))
    #expect(protections == ["plaintext", "decrypted"])
  }

  @Test func `a drawing goes into its file, or to stdout`() throws {
    let (path, drawing) = (try recording(), directory.path + "/a.svg")
    let run = try Command.memtls(["inspect", path, "--svg", drawing])
    #expect(run.status == 0 && run.output.isEmpty && run.errors.isEmpty)
    let text = try String(contentsOfFile: drawing, encoding: .utf8)
    #expect(text.hasPrefix("<svg ") && text.contains("EncryptedExtensions"))
    #expect(try Command.memtls(["inspect", path, "--svg", "-"]).output == text)
    let again = try Command.memtls(["inspect", path, "--svg", drawing])
    #expect(again.status == 1)
    #expect(again.errors == "memtls: \(drawing) exists already; --force replaces it\n")
    #expect(try Command.memtls(["inspect", path, "--svg", drawing, "--force"]).status == 0)
    let nowhere = try Command.memtls(["inspect", path, "--svg", directory.path + "/no/a.svg"])
    #expect(nowhere.status == 1 && nowhere.errors.hasPrefix("memtls: cannot write "))
    #expect(try Command.memtls(["inspect", path, "--svg", "/dev/null"]).status == 0)
    #expect(try Command.run("test", ["-c", "/dev/null"]).status == 0)
  }

  @Test func `colours are for terminals, and when asked for`() throws {
    let path = try recording()
    #expect(!(try Command.memtls(["inspect", path]).output.contains("\u{1B}")))
    #expect(try Command.memtls(["inspect", path, "--color", "always"]).output.contains("\u{1B}["))
    let cases = [("TERM=xterm", true), ("TERM=dumb", false), ("NO_COLOR=1", false)]
    for (setting, isColored) in cases {
      let line = "env -u NO_COLOR TERM=xterm \(setting) '\(Command.memtls)' inspect '\(path)'"
      let run = try Command.run("script", ["-qec", line, "/dev/null"])
      #expect(run.output.contains("\u{1B}[") == isColored, "\(setting)")
    }
  }

  @Test func `without secrets it says what would help`() throws {
    let bare = directory.path + "/bare.pcap"
    _ = try Command.memtls(["convert", try recording(), bare])
    let run = try Command.memtls(["inspect", bare])
    #expect(run.status == 0 && run.output.contains("5 encrypted records stay closed"))
    #expect(
      run.errors == "memtls: no secrets: encrypted messages stay closed; give --keylog FILE\n")
  }

  @Test func `of very many flights some are shown, unless all are wanted`() throws {
    let flows = (1...50).map { number in
      """
      >>> Flow \(number) (\(number % 2 == 1 ? "client to server" : "server to client"))
      00000000  15 03 03 00 02 01 00\n
      """
    }
    let path = try directory.write(flows.joined(), to: "many.flights")
    let some = try Command.memtls(["inspect", path])
    #expect(some.output.contains("… 10 more, 70 bytes …") && !some.output.contains("│ 25  "))
    #expect(some.errors == "memtls: --all shows every flight and message\n")
    let all = try Command.memtls(["inspect", path, "--all"])
    #expect(all.output.contains("│ 25  alert close_notify") && all.errors.isEmpty)
  }

  private struct Report: Decodable {
    let version: String
    let serverName: String
    let secrets: [String]
    let flights: [Flight]

    var recordCount: Int { flights.reduce(0) { $0 + $1.records.count } }
  }

  private struct Flight: Decodable {
    let bytes: Int
    let hex: String
    let records: [Record]
    let messages: [Message]
  }

  private struct Record: Decodable {
    let bytes: Int
    let protection: String
  }

  private struct Message: Decodable {
    let number: Int
    let bytes: Int
    let hex: String
    let records: [Int]
    let fields: [Field]
  }

  private struct Field: Decodable {
    let hex: String
  }
}

extension String {
  /// The rungs, without heading and times.
  fileprivate var ladder: [Substring] {
    split(separator: "\n").filter { $0.contains("│") }.map { $0.drop { $0 != "│" } }
  }
}
