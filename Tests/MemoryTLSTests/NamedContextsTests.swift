import MemoryTLS
import MemoryTLSTesting
import Testing

/// Which context is for which name.
@Suite(.withAllAndNeededAlgorithms) struct NamedContextsTests {
  @Test(arguments: [
    ("example.org", "org"), ("EXAMPLE.org.", "org"), ("www.example.org", "www"),
    ("mail.example.org", "any"), ("a.mail.example.org", "fallback"), ("other.org", "fallback"),
    ("org", "fallback"), (".example.org", "fallback"), ("", "fallback"), (nil, "fallback"),
  ])
  func `an exact name goes before a wildcard, which stands for one label`(
    name: String?, expected: String
  ) throws {
    var contexts = NamedContexts(fallback: try Self.context("fallback"))
    try contexts.add(Self.context("any"), for: "*.Example.org")
    try contexts.add(Self.context("www"), for: "www.example.org.")
    try contexts.add(Self.context("org"), for: "example.org")
    #expect(contexts[name]?.configuration.applicationProtocols == [expected])
  }

  @Test func `without a fallback other names have none`() throws {
    var contexts = NamedContexts()
    try contexts.add(Self.context("a"), for: "a.org")
    #expect(contexts["b.org"] == nil && contexts[nil] == nil && contexts["a.org"] != nil)
  }

  @Test(arguments: ["", "*", "*.", "a.*.org", "*a.org", "1.2.3.4", "exämple.org", "A.org"])
  func `what is no name, or is there twice, is refused`(pattern: String) throws {
    var contexts = NamedContexts()
    try contexts.add(Self.context("a"), for: "a.org")
    let error = #expect(throws: TLSError.self) {
      try contexts.add(Self.context("b"), for: pattern)
    }
    #expect(error?.code == .invalidServerIdentity)
    #expect(contexts["a.org"]?.configuration.applicationProtocols == ["a"])
  }

  @Test(arguments: versions, ["a.test", "b.test", "x.b.test", "c.test"])
  func `a server answers each name with its own certificate, and refuses the rest`(
    version: ProtocolVersion, name: String
  ) throws {
    var contexts = NamedContexts()
    for name in ["a.test", "b.test", "*.b.test"] {
      try contexts.add(TLSContext(Self.server(name, version)), for: name)
    }
    let settings = Settings(version).changed {
      $0.server.identities = []
      $0.server.decisions = .clientHello
    }
    let pair = try EnginePair(
      client: settings.client, expecting: .name(name), server: settings.server)
    let named = contexts
    pair.server.decider = { decision, engine throws(TLSError) in
      guard case .clientHello(let hello) = decision else { return }
      guard let context = named[hello.serverName] else {
        return try engine.refuse(.unrecognizedName)
      }
      try engine.proceed(with: context)
    }
    guard name == "c.test" else { return try pair.settle() }
    #expect(try pair.expectRefusal(by: .server, .unrecognizedName).code == .refused)
  }

  private static func server(_ name: String, _ version: ProtocolVersion) throws -> TLSConfiguration
  {
    var server = Settings(version).server
    server.identities = [try Settings.authority.issue(.server, names: [.dns(name)]).identity]
    return server
  }

  private static func context(_ mark: String) throws -> TLSContext {
    var configuration = Settings().server
    configuration.applicationProtocols = [mark]
    return try TLSContext(configuration)
  }
}
