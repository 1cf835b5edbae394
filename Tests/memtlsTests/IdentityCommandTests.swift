import Foundation
import Testing

@testable import memtls

@Suite struct IdentityCommandTests {
  private let directory: TemporaryDirectory
  private var place: String { directory.path + "/pki" }

  init() throws { directory = try TemporaryDirectory() }

  @Test func `five files are written and named, and the keys are their owner's alone`() throws {
    // Nothing but the modes asked for protects them.
    let run = try Command.run(
      "sh", ["-c", "umask 0; exec \"$0\" identity \"$1\"", Command.memtls, place])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == Self.files.map { "\(place)/\($0)\n" }.joined())
    #expect(try contents(of: place) == Self.files.sorted())
    #expect(try mode(of: place) == 0o700)
    for file in Self.files {
      #expect(try mode(of: "\(place)/\(file)") == (file.contains("key") ? 0o600 : 0o644))
    }
  }

  @Test func `what to try next is two commands that a shell takes`() throws {
    let place = directory.path + "/it's here"
    let run = try Command.memtls(["identity", place])
    let lines = run.errors.split(separator: "\n").map(String.init)
    #expect(lines.count == 2)
    #expect(
      try ShellWords.split(try #require(lines.first)) == [
        "memtls:", "serve:", "memtls", "server", "tcp-listen:127.0.0.1:8443",
        "--cert", place + "/server.pem", "--key", place + "/server.key.pem",
      ])
    #expect(
      try ShellWords.split(try #require(lines.last)) == [
        "memtls:", "connect:", "memtls", "client", "tcp:127.0.0.1:8443", "--ca", place + "/ca.pem",
      ])
  }

  @Test func `a directory that exists keeps its mode and its files`() throws {
    let other = try directory.write("other", to: "other.pem")
    chmod(directory.path, 0o755)
    let run = try Command.memtls(["identity", directory.path])
    #expect(run.status == 0)
    #expect(try mode(of: directory.path) == 0o755)
    #expect(try String(contentsOfFile: other, encoding: .utf8) == "other")
  }

  @Test func `JSON names the files by their options`() throws {
    let run = try Command.memtls(["identity", place, "--json"])
    #expect(run.output.split(separator: "\n").count == 1)
    let document = try JSONDecoder().decode(Document.self, from: Data(run.output.utf8))
    #expect(document.ca == place + "/ca.pem")
    #expect(document.server == .init(cert: place + "/server.pem", key: place + "/server.key.pem"))
    #expect(document.client == .init(cert: place + "/client.pem", key: place + "/client.key.pem"))
  }

  @Test(arguments: files)
  func `nothing is overwritten, and nothing is written beside it`(file: String) throws {
    let there = try directory.write("precious", to: file)
    let run = try Command.memtls(["identity", directory.path])
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors == "memtls: \(there) exists already; nothing was written\n")
    #expect(try String(contentsOfFile: there, encoding: .utf8) == "precious")
    #expect(try contents(of: directory.path) == [file])
  }

  @Test func `a link to nowhere is not followed`() throws {
    let link = directory.path + "/server.key.pem"
    let target = directory.path + "/target"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
    let run = try Command.memtls(["identity", directory.path])
    #expect(run.status == 1)
    #expect(run.errors.contains("\(link) exists already"))
    #expect(try contents(of: directory.path) == ["server.key.pem"])
  }

  @Test(arguments: [true, false])
  func `what was written before a failure is removed`(isNew: Bool) throws {
    let place = isNew ? place : directory.path
    // 1536 bytes: enough for the certificates, and not for a key.
    let line = "trap '' XFSZ; ulimit -f 3; exec \"$0\" identity \"$1\" --key rsa2048"
    let run = try Command.run("sh", ["-c", line, Command.memtls, place])
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors == "memtls: cannot write \(place)/server.key.pem: File too large\n")
    #expect(try contents(of: directory.path).isEmpty)
  }

  @Test(arguments: ["/dev/null", "/dev/null/pki", "/absent/pki"])
  func `a directory that cannot be had or written is named`(place: String) throws {
    let run = try Command.memtls(["identity", place])
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.hasPrefix("memtls: cannot ") && run.errors.contains(place))
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  @Test(arguments: ["a,DNS:evil.example", "a\nb", "", "ü.example", "[::1]"])
  func `a name that is none is bad usage, and nothing is written`(name: String) throws {
    let run = try Command.memtls(["identity", place, "--name", name])
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.contains("is no DNS name"), "\(run.errors)")
    #expect(try contents(of: directory.path).isEmpty)
  }

  static let files = ["ca.pem", "server.pem", "server.key.pem", "client.pem", "client.key.pem"]

  private func contents(of directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
  }

  private func mode(of path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }

  private struct Document: Decodable {
    let ca: String
    let server: Pair
    let client: Pair
  }

  private struct Pair: Decodable, Equatable {
    let cert: String
    let key: String
  }
}
