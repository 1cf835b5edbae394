import Foundation
import MemoryTLS
import MemoryTLSTesting
import Testing

/// What the README says the engine can do, and the tests that it names for it.
@Suite struct ReadmeCapabilityTests {
  private let root: URL
  private let readme: String

  init() throws {
    root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = root.deletingLastPathComponent().appendingPathComponent("README.md")
    readme = try String(contentsOf: file, encoding: .utf8)
  }

  @Test func `each capability is shown by a test that is there`() throws {
    let table = try #require(readme.part(from: "here, shown by |\n", to: "\n\n"))
    let rows = table.split(separator: "\n").dropFirst()
    #expect(rows.count >= 30)
    for row in rows {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      try #require(cells.count == 6, "\(row)")
      let words = cells[5].components(separatedBy: ": `")
      try #require(words.count == 2, "\(row)")
      let source = try String(contentsOf: try file(of: words[0]), encoding: .utf8)
      #expect(source.contains("func `\(words[1])("), "\(row)")
    }
  }

  @Test func `the example of decisions is the code below`() throws {
    let source = try String(contentsOfFile: #filePath, encoding: .utf8)
    let shown = try #require(readme.blocks(fence: "<!-- example: decisions -->\n```swift\n").first)
    let compiled = try #require(source.part(from: "// example: decisions\n", to: "// end"))
    #expect(shown.withoutIndentation == compiled.withoutIndentation)
  }

  @Test(arguments: ["old.test", "new.test", "none.test"])
  func `and decides`(name: String) throws {
    let cast = try Cast()
    let pair = try cast.pair(expecting: name)
    try? pair.settle()
    #expect(pair.server.received == (name == "none.test" ? [] : [1]))
    #expect(pair.client.error?.alert?.alert == (name == "none.test" ? .unrecognizedName : nil))
    let stranger = try cast.pair(expecting: name, client: "stranger")
    try? stranger.settle()
    #expect(stranger.server.received == [] && stranger.client.error?.code == .alertReceived)
  }

  private func file(of suite: String) throws -> URL {
    let names = try FileManager.default.subpathsOfDirectory(atPath: root.path)
    let name = try #require(names.first { $0.hasSuffix("/\(suite).swift") }, "\(suite)")
    return root.appendingPathComponent(name)
  }
}

/// A server of two names, one of which has a certificate of its own, and clients it knows or not.
private struct Cast {
  private let authority: TestIdentity
  private let contexts: NamedContexts
  private let server: TLSConfiguration
  private let old: Identity

  init() throws {
    authority = try TestIdentity.authority()
    old = try authority.issue(.server, "old", names: [.dns("old.test")]).identity
    var server = TLSConfiguration()
    server.identities = [
      try authority.issue(.server, names: [.dns("new.test"), .dns("none.test")]).identity
    ]
    server.trust = authority.trust
    server.clientCertificates = .require
    server.decisions = [.clientHello, .certificate, .peerCertificate]
    self.server = server
    var contexts = NamedContexts()
    for name in ["old.test", "new.test"] { try contexts.add(TLSContext(server), for: name) }
    self.contexts = contexts
  }

  func pair(expecting name: String, client: String = "friend") throws -> EnginePair {
    var configuration = TLSConfiguration()
    configuration.trust = authority.trust
    configuration.identities = [try authority.issue(.client, client).identity]
    let pair = try EnginePair(client: configuration, expecting: .name(name), server: server)
    pair.server.decider = decide
    pair.client.send([1])
    return pair
  }

  private func isKnown(_ certificate: Certificate) -> Bool { certificate.subject == "CN=friend" }

  private func decide(_ decision: Decision, for engine: TLSEngine) throws(TLSError) {
    // example: decisions
    switch decision {
    case .clientHello(let hello):  // names, ALPN, versions, suites, groups, every extension
      guard let context = contexts[hello.serverName] else {
        return try engine.refuse(.unrecognizedName)
      }
      try engine.proceed(with: context)  // all of its settings apply
    case .certificate(let request):
      try engine.present(request.serverName == "old.test" ? old : nil)
    case .peerCertificate(let chain):  // a server's client has nothing yet, no ticket either
      if isKnown(chain.certificates[0]) {
        try engine.accept()
      } else {
        try engine.refuse(.accessDenied)
      }
    }
    // end
  }
}
