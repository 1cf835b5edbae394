import Foundation
import Testing

/// `memtls inspect` and `convert` of conversations that others had.
@Suite struct InspectCapturesTests {
  private let captures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/captures").path

  private func inspect(_ name: String, _ options: String...) throws -> Command {
    try Command.memtls(["inspect", "\(captures)/\(name)"] + options)
  }

  @Test func `of several connections all are listed`() throws {
    let run = try inspect("several.pcapng")
    let rows = run.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(rows.map(\.first) == ["stream", "0", "2", "3"])
    #expect(rows.dropFirst().map { $0[6] } == ["TLSv1.3", "TLSv1.2", "TLSv1.3"])
    #expect(rows.dropFirst().allSatisfy { $0.last == "localhost" && $0.count == 8 })
    #expect(
      run.errors == "memtls: 1 other stream has no TLS\nmemtls: --stream N shows one of them\n")
    let lines = try inspect("several.pcapng", "--json").output.split(separator: "\n")
    let numbers = try lines.map {
      try JSONDecoder().decode(Number.self, from: Data($0.utf8)).stream
    }
    #expect(numbers == [0, 2, 3])
  }

  @Test func `one of several is chosen by its number`() throws {
    let run = try inspect("several.pcapng", "--stream", "2")
    #expect(run.status == 0 && run.output.contains("TLSv1.2"))
    #expect(run.output.contains("ServerKeyExchange"))
    let none = try inspect("several.pcapng", "--stream", "1")
    #expect(none.status == 1 && none.errors.hasSuffix("has no TLS in stream 1\n"))
    let outside = try inspect("several.pcapng", "--stream", "4")
    #expect(outside.status == 2 && outside.errors.hasSuffix("has no stream 4, but 0 to 3\n"))
  }

  @Test(arguments: [["--svg", "-"], ["--message", "1"]])
  func `what is about one wants to know which`(options: [String]) throws {
    let run = try Command.memtls(["inspect", "\(captures)/several.pcapng"] + options)
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.contains("has 3 streams with TLS; give --stream N: 0 (127.0.0.1:"))
    let converted = try Command.memtls(["convert", "\(captures)/several.pcapng", "x.flights"])
    #expect(converted.status == 2 && converted.errors == run.errors)
  }

  @Test(arguments: ["tls13.pcapng", "tls13-chacha20.pcap", "tls12-gnutls.pcap", "cooked-1.pcap"])
  func `secrets in the file or beside it open everything`(name: String) throws {
    let keys = "\(captures)/\(name.split(separator: ".")[0]).keys"
    let run = try name.hasSuffix("ng") ? inspect(name) : inspect(name, "--keylog", keys)
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(run.output.contains(", decrypted\n") && !run.output.contains("closed "))
    #expect(run.output.contains("\"hello\\n\""))
  }

  @Test func `what cannot be opened is named with its reason`() throws {
    let keys = "\(captures)/tls12-rsa-cbc.keys"
    let run = try inspect("tls12-rsa-cbc.pcap", "--keylog", keys)
    #expect(run.output.contains("6 encrypted records stay closed"))
    #expect(run.output.contains("closed handshake") && run.output.contains("closed alert"))
    #expect(run.errors == "memtls: encrypted messages stay closed: AES_128_CBC is no AEAD\n")
  }

  @Test func `holes are told, and nothing stands behind them`() throws {
    let run = try inspect("short-snapshots.pcapng")
    #expect(run.status == 0)
    #expect(run.errors.contains("memtls: a hole of "))
    #expect(run.errors.contains(" in what the server sent, after 334 bytes: "))
    let drawing = try inspect("short-snapshots.pcapng", "--svg", "-")
    #expect(drawing.output.contains("in what the server sent"))
  }

  @Test func `what came before TLS is counted`() throws {
    let run = try inspect("starttls-smtp.pcapng")
    #expect(run.output.contains("\nbefore TLS: 26 bytes of the client, "))
  }

  @Test(arguments: [24, 200, 1000, 1500, 2500])
  func `a file that was cut is shown as far as it goes`(count: Int) throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: "\(captures)/tls13-bare.pcap"))
    let run = try Command.memtls(["inspect", "-"], input: whole.prefix(count))
    #expect(run.errors.split(separator: "\n").allSatisfy { $0.hasPrefix("memtls: ") })
    #expect(run.errors.hasPrefix("memtls: stdin"))
    #expect(run.status == (run.output.isEmpty ? 1 : 0))
    #expect(run.output.isEmpty || run.output.contains("ClientHello"))
    #expect(count < 1000 || run.errors.contains(" at offset "))
  }

  @Test(arguments: ["--message 2", "--json", "--svg -", "--all", "--color always"])
  func `bytes of a capture that are changed trap nothing`(options: String) throws {
    let whole = try [UInt8](
      Data(contentsOf: URL(fileURLWithPath: "\(captures)/tls13-resumption.pcapng")))
    for seed in 1...12 {
      var bytes = whole
      for place in stride(from: seed * 7, to: bytes.count, by: 211) {
        bytes[place] = UInt8(truncatingIfNeeded: place &* seed)
      }
      let arguments = ["inspect", "-"] + options.split(separator: " ").map(String.init)
      let run = try Command.memtls(arguments, input: Data(bytes))
      #expect((0...2).contains(run.status), "\(seed)")
    }
  }

  private struct Number: Decodable {
    let stream: Int
  }
}
