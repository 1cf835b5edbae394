import Foundation
import SystemPackage
import Testing

@Suite struct ConvertCommandTests {
  private let directory: TemporaryDirectory
  private let recording: String

  init() throws {
    directory = try TemporaryDirectory()
    recording = directory.path + "/a.flights"
    let run = try Command.memtls([
      "handshake", "--seed", "1", "--record", recording, "--record-secrets",
    ])
    try #require(run.status == 0, "\(run.errors)")
  }

  private func convert(_ arguments: String...) throws -> Command {
    try Command.run(
      "sh",
      ["-c", "umask 0; cd \"$0\"; exec \"$@\"", directory.path, Command.memtls]
        + ["convert"] + arguments)
  }

  private func mode(_ name: String) throws -> CInterop.Mode {
    try FilePath(directory.path + "/" + name).stat().permissions.rawValue
  }

  @Test func `the extension says what it becomes, and the size is told`() throws {
    for name in ["b.flights", "b.PCAP", "b.pcapng"] {
      let run = try convert("a.flights", name)
      #expect(run.status == 0 && run.output.isEmpty)
      #expect(run.errors.hasPrefix("memtls: 3 flights, 1124 bytes, 5 secrets\n"))
    }
    #expect(try text("b.flights") == text("a.flights"))
  }

  @Test func `flights survive the way through a capture`() throws {
    _ = try convert("a.flights", "b.pcapng")
    _ = try convert("b.pcapng", "c.flights")
    _ = try convert("c.flights", "d.pcapng")
    _ = try convert("d.pcapng", "e.flights")
    #expect(try text("c.flights") == text("e.flights"))
    #expect(try text("c.flights").flows == text("a.flights").flows)
    #expect(try text("c.flights").components(separatedBy: "# keylog: ").count == 6)
  }

  @Test func `files with secrets are their owner's alone`() throws {
    _ = try convert("a.flights", "b.pcapng")
    _ = try convert("a.flights", "b.pcap", "--keylog-out", "b.keys")
    _ = try convert("b.pcap", "c.flights")
    _ = try convert("b.pcap", "d.flights", "--keylog", "b.keys")
    #expect(try mode("b.pcapng") == 0o600 && mode("b.keys") == 0o600)
    #expect(try mode("d.flights") == 0o600)
    #expect(try mode("b.pcap") == 0o644 && mode("c.flights") == 0o644)
  }

  @Test func `a pcap loses the secrets, and that is said`() throws {
    let lost = try convert("a.flights", "b.pcap")
    #expect(lost.errors.hasSuffix("no place for secrets; --keylog-out FILE keeps them\n"))
    let kept = try convert("a.flights", "c.pcap", "--keylog-out", "c.keys")
    #expect(kept.errors.split(separator: "\n").count == 1)
    #expect(try text("c.keys").split(separator: "\n").count == 5)
    let back = try convert("c.pcap", "d.pcapng", "--keylog", "c.keys")
    #expect(back.errors.contains("5 secrets"))
  }

  @Test func `secrets of other connections stay where they are`() throws {
    let other = String(repeating: "ab", count: 32)
    let keys = try directory.write(
      "CLIENT_RANDOM \(other) \(other)\n# of others\n", to: "others.keys")
    _ = try convert("a.flights", "b.pcap")
    let run = try convert("b.pcap", "c.flights", "--keylog", keys)
    #expect(run.errors.contains("0 secrets"))
    #expect(run.errors.contains("memtls: none of the secrets of --keylog is for this connection\n"))
    _ = try directory.write("nothing", to: "no.keys")
    let nothing = try convert(
      "b.pcap", "d.flights", "--keylog", "no.keys", "--keylog-out", "e.keys")
    #expect(nothing.errors.contains("memtls: no.keys has no line of a key log\n"))
    #expect(nothing.errors.contains("memtls: no secrets, so no e.keys\n"))
    #expect(throws: (any Error).self) { try text("e.keys") }
    #expect(try !text("c.flights").contains(other))
  }

  @Test func `the secrets of a handshake after the first go along`() throws {
    let capture = Fixtures.path("captures/tls12-renegotiation.pcapng")
    let split = try convert(capture, "b.pcap", "--keylog-out", "b.keys")
    let back = try convert("b.pcap", "c.pcapng", "--keylog", "b.keys")
    #expect(split.errors.hasSuffix(", 2 secrets\n") && back.errors.contains(", 2 secrets\n"))
    let shown = try Command.memtls(["inspect", directory.path + "/c.pcapng"])
    #expect(shown.status == 0 && shown.errors.isEmpty && !shown.output.contains("closed"))
  }

  @Test func `what exists is kept, unless it is to be replaced`() throws {
    _ = try directory.write("mine", to: "b.pcap")
    let refused = try convert("a.flights", "b.pcap", "--keylog-out", "b.keys")
    #expect(refused.status == 1 && refused.errors.contains("b.pcap exists already"))
    #expect(try text("b.pcap") == "mine")
    #expect(!FileManager.default.fileExists(atPath: directory.path + "/b.keys"))
    #expect(try convert("a.flights", "b.pcap", "--force").status == 0)
    #expect(try convert("a.flights", "a.flights", "--force").status == 0)
  }

  @Test func `stdin and stdout are files too`() throws {
    let line = "'\(Command.memtls)' convert - - --to flights < '\(recording)'"
    let run = try Command.run("sh", ["-c", line])
    #expect(try run.output == text("a.flights"))
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: directory.path + "/" + name, encoding: .utf8)
  }
}

extension String {
  /// The lines with bytes, and those before them.
  fileprivate var flows: [Substring] { split(separator: "\n").filter { !$0.hasPrefix("#") } }
}
