import Testing

@Suite struct CallProfileTests {
  /// Two functions of a program, one of which calls a library and itself.
  static let text = """
    # callgrind format
    version: 1
    creator: callgrind-3.19.0
    pid: 100
    cmd:  ./bench --probe counts:bulk-16k:memtls
    part: 2

    desc: Trigger: --dump-after=CProbes_counted
    positions: line
    events: Ir
    summary: 60

    ob=(1) /opt/program/bench
    fl=(1) ???
    fn=(1) main
    0 3
    cob=(2) /usr/lib/libssl.so.3
    cfi=(2) ssl/ssl_lib.c
    cfn=(2) SSL_read_ex
    calls=4 0
    0 40
    +2 2

    fn=(3) descend
    * 1
    cfn=(4) descend'2
    calls=7 0
    0 9

    ob=(2)
    fl=(2)
    fn=(2)
    120 50
    fi=(3) crypto/mem.c
    -4 4
    cob=(3) /lib/libc.so.6
    cfn=(5) malloc
    calls=8 0
    0 16
    fe=(2)
    +1

    totals: 60
    """

  @Test func `costs belong to the object whose function is being read`() throws {
    let profile = try CallProfile(Self.text)
    #expect(profile.instructions == ["bench": 6, "libssl.so.3": 54])
  }

  @Test func `a call has the objects of both ends, and its own cost is not counted twice`() throws {
    let profile = try CallProfile(Self.text)
    let expected: [CallProfile.Call: Int] = [
      .init(caller: "bench", callee: "libssl.so.3", function: "SSL_read_ex"): 4,
      .init(caller: "bench", callee: "bench", function: "descend"): 7,
      .init(caller: "libssl.so.3", callee: "libc.so.6", function: "malloc"): 8,
    ]
    #expect(profile.calls == expected)
  }

  @Test func `calls of the same function from several places are added`() throws {
    let calls = (1...3).map { "cob=(2) /lib/libc.so.6\ncfn=(5) malloc\ncalls=\($0) 0\n0 1" }
    let profile = try CallProfile("ob=(1) a\nfn=(1) f\n" + calls.joined(separator: "\n"))
    #expect(profile.calls.values.reduce(0, +) == 6)
    #expect(profile.instructions.isEmpty)
  }

  @Test func `a name without a number stands for itself`() throws {
    let profile = try CallProfile("ob=/bin/a\nfn=f\n0 5\ncfn=g\ncalls=1 0\n0 1")
    #expect(profile.instructions == ["a": 5])
    #expect(profile.calls == [.init(caller: "a", callee: "a", function: "g"): 1])
  }

  @Test(arguments: [
    "fn=(7)", "ob=(1)", "calls=many 0", "0 some", "0 1 2", "whose=(1) a", "mood: good", "nothing",
  ])
  func `a line that means nothing is named`(line: String) {
    #expect(throws: ProfileError(line: 2, text: line)) { try CallProfile("version: 1\n\(line)") }
  }

  @Test func `questions choose calls by both ends and by function`() throws {
    let profile = try CallProfile(Self.text)
    let all: (String) -> Bool = { _ in true }
    #expect(profile.calls(from: all, to: all) == 19)
    #expect(profile.calls(from: { $0 == "bench" }, to: { $0 != "bench" }) == 4)
    #expect(profile.calls(from: all, to: all, of: ["malloc", "calloc"]) == 8)
    #expect(profile.instructions { $0.hasPrefix("lib") } == 54)
  }
}
