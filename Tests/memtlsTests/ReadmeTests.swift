import Foundation
import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import MemoryTLSTransport
import SystemPackage
import Testing

/// What the README shows is what compiles here and what runs print.
@Suite struct ReadmeTests {
  private let readme: String
  private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  init() throws {
    readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
  }

  @Test func `the transcript is what the command prints`() throws {
    let shown = try #require(readme.blocks(fence: "<!-- transcript -->\n```\n").first)
    let printed = try Command.memtls(["handshake"]).output
    #expect(shown.shape == printed.shape)
  }

  @Test(arguments: ["session", "seed", "inspect", "replay"])
  func `the session is what a shell shows`(name: String) throws { try compareSession(name) }

  @Test(.enabled(if: isInstalled("tshark"), "needs tshark"))
  func `the session with tshark is what a shell shows`() throws { try compareSession("convert") }

  @Test func `the picture is what the command draws`() throws {
    let captures = root.path + "/Fixtures/captures"
    let drawn = try Command.memtls(["inspect", captures + "/tls13-http.pcapng", "--svg", "-"])
    let shown = try String(contentsOfFile: captures + "/tls13-http.svg", encoding: .utf8)
    #expect(drawn.output == shown)
  }

  private func compareSession(_ name: String) throws {
    let shown = try #require(readme.blocks(fence: "<!-- \(name) -->\n```console\n").first)
    let lines = shown.split(separator: "\n", omittingEmptySubsequences: true)
    let commands = lines.filter { $0.hasPrefix("$ ") }.map { $0.dropFirst(2) }
    let directory = try TemporaryDirectory()
    let script = """
      cd '\(directory.path)'; ln -s '\(root.path)/Fixtures'; memtls() { '\(Command.memtls)' "$@"; }
      \(commands.joined(separator: "\n"))
      wait
      """
    let run = try Command.run("bash", ["-c", script])
    let output = lines.filter { !$0.hasPrefix("$ ") }
    let printed = run.output.split(separator: "\n", omittingEmptySubsequences: true)
    #expect(printed == output, "\(run.errors)")
  }

  @Test(arguments: ["engine", "stream", "framing", "pair", "record"])
  func `the examples are the code below`(name: String) throws {
    let source = try String(contentsOfFile: #filePath, encoding: .utf8)
    let shown = try #require(readme.blocks(fence: "<!-- example: \(name) -->\n```swift\n").first)
    let compiled = try #require(source.part(from: "// example: \(name)\n", to: "// end"))
    #expect(shown.withoutIndentation == compiled.withoutIndentation)
  }

  @Test func `the engine example makes a handshake`() async throws {
    let settings = try Settings()
    let (here, there) = MyChannel.pair()
    let server = Worker {
      var input: [UInt8] = []
      let engine = try TLSEngine(TLSContext(settings.server), as: .server)
      try shakeHands(engine, over: there, input: &input)
    }
    var input: [UInt8] = []
    let client = try TLSEngine(TLSContext(settings.client), as: .client(.name("localhost")))
    try shakeHands(client, over: here, input: &input)
    try server.join()
    #expect(client.negotiated?.version == .tls13)
  }

  @Test func `the stream example gets its reply`() throws {
    let settings = try Settings()
    let directory = try TemporaryDirectory()
    let authorities = try directory.write(settings.authority.rootPEM, to: "ca.pem")
    let (up, down) = (try FileDescriptor.privatePipe(), try FileDescriptor.privatePipe())
    let server = Worker {
      let stream = TLSStream(
        try TLSEngine(TLSContext(settings.server), as: .server),
        over: DescriptorTransport(input: up.readEnd, output: down.writeEnd))
      try stream.send(stream.receive().reversed())
      #expect(try stream.receive().isEmpty)
    }
    let (input, output) = (down.readEnd, up.writeEnd)
    // example: stream
    var configuration = TLSConfiguration()
    configuration.trust = .authorities(.file(authorities))  // such as ca.pem
    let context = try TLSContext(configuration)
    let stream = TLSStream(
      try TLSEngine(context, as: .client(.name("localhost"))),
      over: DescriptorTransport(input: input, output: output))
    try stream.handshake(until: .now + .seconds(10))
    try stream.send(Array("hello\n".utf8))
    let reply = try stream.receive()
    try stream.close()
    // end
    try server.join()
    #expect(reply == Array("\nolleh".utf8))
  }

  @Test func `the framing example carries a stream both ways`() throws {
    let settings = try Settings()
    let (up, down) = (try FileDescriptor.privatePipe(), try FileDescriptor.privatePipe())
    let server = Worker {
      let channel = DescriptorTransport(input: up.readEnd, output: down.writeEnd)
      let stream = TLSStream(
        try TLSEngine(TLSContext(settings.server), as: .server),
        over: FramedTransport(channel, framing: NumberedFraming()))
      try stream.send(stream.receive().reversed())
      #expect(try stream.receive().isEmpty)
    }
    let channel = DescriptorTransport(input: down.readEnd, output: up.writeEnd)
    let stream = TLSStream(
      try TLSEngine(TLSContext(settings.client), as: .client(.name("localhost"))),
      over: FramedTransport(channel, framing: NumberedFraming()))
    let request = (0..<10_000).map { UInt8($0 % 251) }
    try stream.send(request)
    var reply: [UInt8] = []
    while reply.count < request.count { reply += try stream.receive() }
    #expect(reply == request.reversed())
    try stream.close()
    try server.join()
  }

  @Test func `the framing example notices lost and long frames`() throws {
    var (framing, payload) = (NumberedFraming(), [UInt8]())
    #expect(try framing.decode(([0, 0, 1, 7] as [UInt8]).span, into: &payload) == 4)
    #expect(throws: FramingError.malformed("frame 2, not 1")) {
      try framing.decode(([2, 0, 0] as [UInt8]).span, into: &payload)
    }
    #expect(throws: FramingError.oversized(length: 1001, limit: 1000)) {
      try framing.decode(([1, 3, 0xE9] as [UInt8]).span, into: &payload)
    }
  }

  @Test func `the record example records`() throws {
    let settings = try PairSettings()
    let context = try TLSContext(settings.client)
    // example: record
    let recorder = FlightRecorder()
    let engine = try TLSEngine(
      context, as: .client(.name("localhost")), recordedBy: recorder)
    // ... the engine is used as any other; then, today or in another program:
    let log = try FlightLog(text: recorder.log.text)
    let replay = try FlightReplayer(log, as: .client).replay { observer in
      try TLSEngine(context, as: .client(.name("localhost")), observing: observer)
    }
    for divergence in replay.divergences { print(divergence) }
    // end
    let pair = EnginePair(
      client: engine, server: try TLSEngine(TLSContext(settings.server), as: .server))
    try pair.settle()
    #expect(recorder.log.flights.map(\.bytes) == pair.log.flights.map(\.bytes))
  }

  @Test func `a recorder takes what passed any channel`() throws {
    let settings = try PairSettings()
    let (up, down) = (try FileDescriptor.privatePipe(), try FileDescriptor.privatePipe())
    let server = Worker {
      let channel = DescriptorTransport(input: up.readEnd, output: down.writeEnd)
      _ = try TLSStream(try TLSEngine(TLSContext(settings.server), as: .server), over: channel)
        .receive()
    }
    let recorder = FlightRecorder()
    let channel = ObservedTransport(
      DescriptorTransport(input: down.readEnd, output: up.writeEnd)
    ) { passage, bytes in
      recorder.note(bytes, passage == .written ? .clientToServer : .serverToClient)
    }
    let stream = TLSStream(
      try TLSEngine(TLSContext(settings.client), as: .client(.name("localhost"))), over: channel)
    try stream.handshake()
    try stream.close()
    try server.join()
    let messages = Dissection(recorder.log).messages.map(\.message.label)
    #expect(messages.prefix(3) == ["ClientHello", "ServerHello", "change_cipher_spec"])
  }

  @Test func `the pair example passes`() throws {
    // example: pair
    var settings = try PairSettings()
    settings.client.applicationProtocols = ["h2", "http/1.1"]
    settings.server.applicationProtocols = ["h2"]
    settings.wire = .bytes(1)  // every byte travels by itself
    let pair = try settings.pair()
    try pair.expectBoth(\.applicationProtocol, "h2")
    try pair.expectFlights(2)  // one round trip until the client may write
    pair.client.send(Array("ping".utf8))
    try pair.expectReceived(Array("ping".utf8), by: .server)
    // end
  }

  private struct Settings {
    var client = TLSConfiguration()
    var server = TLSConfiguration()
    let authority: TestIdentity

    init() throws {
      authority = try TestIdentity.authority()
      client.trust = authority.trust
      server.identities = [try authority.issue(.server, names: [.dns("localhost")]).identity]
    }
  }
}

// example: engine
/// `input` holds what was received and is not pushed yet; what is left at the end is data.
func shakeHands(
  _ engine: TLSEngine, over channel: MyChannel, input: inout [UInt8]
) throws {
  while true {
    let result = Result { () throws(TLSError) in try engine.step() }
    while engine.pendingCiphertext > 0 { channel.send(engine.pull()) }
    switch try result.get() {
    case .done: return
    case .undecided(let decision): try decide(decision, engine)  // only if asked for
    case .needs(.pull): continue
    case .needs(.push(atLeast: _)):
      if input.isEmpty { input = channel.receive() }
      guard !input.isEmpty else {
        engine.endOfInput()
        continue
      }
      let taken = try engine.push(input)
      input.removeFirst(taken)
    }
  }
}
// end

/// What stands for the caller's decisions; the examples ask for none.
private func decide(_ decision: Decision, _ engine: TLSEngine) throws {
  try engine.refuse(.handshakeFailure)
}

// example: framing
/// A number, a length of two bytes and so many bytes: a frame that got lost is noticed.
struct NumberedFraming: Framing {
  let largestPayload = 1000
  let largestFrame = 1003
  private var sent: UInt8 = 0
  private var received: UInt8 = 0

  mutating func encode(
    _ payload: Span<UInt8>, _ place: FramePlace, into frames: inout [UInt8]
  ) {
    frames += [sent, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    for index in payload.indices { frames.append(payload[index]) }
    sent &+= 1
  }

  mutating func decode(
    _ bytes: Span<UInt8>, into payload: inout [UInt8]
  ) throws(FramingError) -> Int {
    guard bytes.count >= 3 else { return 0 }
    guard bytes[0] == received else { throw .malformed("frame \(bytes[0]), not \(received)") }
    let length = Int(bytes[1]) << 8 | Int(bytes[2])
    guard length <= largestPayload else { throw .oversized(length: length, limit: largestPayload) }
    guard bytes.count >= 3 + length else { return 0 }
    for index in 3..<3 + length { payload.append(bytes[index]) }
    received &+= 1
    return 3 + length
  }
}
// end

/// A channel of somebody's own: whole messages over blocking pipes.
final class MyChannel: Sendable {
  private let input: FileDescriptor
  private let output: FileDescriptor

  private init(input: FileDescriptor, output: FileDescriptor) {
    self.input = input
    self.output = output
  }

  deinit {
    try? input.close()
    try? output.close()
  }

  static func pair() -> (MyChannel, MyChannel) {
    guard let up = try? FileDescriptor.privatePipe(), let down = try? FileDescriptor.privatePipe()
    else {
      fatalError("no descriptors left")
    }
    return (
      MyChannel(input: down.readEnd, output: up.writeEnd),
      MyChannel(input: up.readEnd, output: down.writeEnd)
    )
  }

  func send(_ bytes: [UInt8]) { _ = try? output.writeAll(bytes) }

  /// What is there, after waiting for it; empty at the end.
  func receive() -> [UInt8] {
    let bytes = try? [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      count = try input.read(into: UnsafeMutableRawBufferPointer(buffer))
    }
    return bytes ?? []
  }
}

extension String {
  /// The contents of the fenced blocks that begin so.
  func blocks(fence: String) -> [String] {
    components(separatedBy: "\n" + fence).dropFirst().compactMap {
      $0.components(separatedBy: "\n```").first
    }
  }

  func part(from start: String, to end: String) -> String? {
    components(separatedBy: start).last?.components(separatedBy: end).first
  }

  var withoutIndentation: [String] {
    split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  /// The text with every number, and every run of spaces or of line, as one character: sizes of
  /// signatures vary from run to run.
  fileprivate var shape: [String] {
    trimmingCharacters(in: .newlines).split(separator: "\n").map { line in
      var shape = ""
      for character in line {
        let mark: Character = character.isNumber ? "#" : character
        if "# ─".contains(mark), shape.last == mark { continue }
        shape.append(mark)
      }
      return shape
    }
  }
}
