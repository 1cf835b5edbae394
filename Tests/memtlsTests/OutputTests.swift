import Foundation
import Testing

@testable import memtls

/// What becomes of stdout.
@Suite struct OutputTests {
  private static let capture = Fixtures.path("captures/tls13-http.pcapng")

  @Test(arguments: [
    ["handshake"], ["inspect", capture], ["inspect", capture, "--json"],
    ["inspect", capture, "--svg", "-"], ["inspect", capture, "--message", "1"],
    ["replay", capture], ["convert", capture, "-", "--to", "flights"],
  ])
  func `data that stdout does not take is a failure`(_ arguments: [String]) throws {
    let run = try shell(arguments, ">/dev/full")
    #expect(run.status == 1)
    #expect(run.errors.contains("memtls: cannot write stdout: "), "\(run.errors)")
  }

  @Test(arguments: [["inspect", capture, "--json"], ["convert", capture, "-", "--to", "flights"]])
  func `a reader that has enough is no failure`(_ arguments: [String]) throws {
    let run = try shell(arguments, "| head -c 10; exit ${PIPESTATUS[0]}")
    #expect(run.status == 0 && run.output.utf8.count == 10)
    #expect(!run.errors.contains("pipe"), "\(run.errors)")
  }

  @Test func `JSON has no characters that a terminal acts on`() throws {
    let bad = "a\u{9B}b\u{202E}c\u{E0001}"
    let json = try [bad].json()
    #expect(json == #"["a\u009bb\u202ec\udb40\udc01"]"#)
    #expect(try JSONDecoder().decode([String].self, from: Data(json.utf8)) == [bad])
    #expect(try ["é😀"].json() == #"["é😀"]"#)
  }

  private func shell(_ arguments: [String], _ rest: String) throws -> Command {
    let words = ([Command.memtls] + arguments).map(ShellWords.quoted).joined(separator: " ")
    return try Command.run("bash", ["-c", "\(words) \(rest)"])
  }
}
