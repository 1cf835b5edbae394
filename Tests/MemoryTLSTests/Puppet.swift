import MemoryTLS
import Testing

/// An engine moved by hand, where a pair would hide what is to be seen.
final class Puppet {
  let engine: TLSEngine
  /// Every byte it ever sent.
  private(set) var sent: [UInt8] = []
  /// All plaintext it ever read.
  private(set) var received: [UInt8] = []
  private(set) var hasEnded = false
  private(set) var error: TLSError?
  private var given = 0

  init(_ engine: TLSEngine) { self.engine = engine }

  /// Moves it until it is blocked or fails, and pulls nothing.
  @discardableResult
  func move() -> Need? {
    guard error == nil else { return nil }
    do throws(TLSError) {
      if engine.phase == .handshake, case .needs(let need) = try engine.step() { return need }
      return try readAll()
    } catch {
      self.error = error
      return nil
    }
  }

  private func readAll() throws(TLSError) -> Need? {
    while !hasEnded {
      let (bytes, transfer) = try engine.read()
      received += bytes
      if case .needs(let need) = transfer { return need }
      hasEnded = transfer == .ended
    }
    return nil
  }

  /// Takes what it has to send.
  @discardableResult
  func pull(upTo limit: Int = .max) -> [UInt8] {
    let bytes = engine.pull(upTo: limit)
    sent += bytes
    return bytes
  }

  /// Moves and pulls until it wants the peer's bytes or fails.
  func run() {
    for _ in 0..<100_000 {
      let need = move()
      pull()
      guard need == .pull else { return }
    }
    Issue.record("pulled for ever: \(engine)")
  }

  /// Pushes once and answers how much was taken; a failed engine takes all.
  @discardableResult
  func push(_ bytes: ArraySlice<UInt8>) -> Int {
    do throws(TLSError) {
      return try engine.push(bytes.span)
    } catch {
      self.error = error
      return bytes.count
    }
  }

  /// Pushes everything, running whenever it was taken in.
  func take(_ bytes: some Collection<UInt8>) {
    var rest = ArraySlice(bytes)
    for _ in 0...bytes.count where error == nil && !rest.isEmpty {
      rest.removeFirst(push(rest))
      run()
    }
  }

  /// What it sent since this was last asked.
  func news() -> [UInt8] {
    defer { given = sent.count }
    return Array(sent[given...])
  }

  /// Writes all of it, pulling as needed.
  func write(_ plaintext: [UInt8]) throws(TLSError) {
    var rest = plaintext[...]
    for _ in 0...plaintext.count where !rest.isEmpty {
      if case .moved(let count) = try engine.write(rest.span) { rest.removeFirst(count) }
      pull()
    }
  }
}

/// A client and a server moved by hand.
struct Puppets {
  let client: Puppet
  let server: Puppet

  init(client: Puppet, server: Puppet) {
    self.client = client
    self.server = server
  }

  init(
    _ settings: Settings, expecting identity: ServerIdentity = .name("localhost")
  ) throws(TLSError) {
    try self.init(TLSContext(settings.client), TLSContext(settings.server), expecting: identity)
  }

  init(
    _ client: TLSContext, _ server: TLSContext,
    expecting identity: ServerIdentity = .name("localhost")
  ) throws(TLSError) {
    self.client = Puppet(try TLSEngine(client, as: .client(identity)))
    self.server = Puppet(try TLSEngine(server, as: .server))
  }

  subscript(isServer: Bool) -> Puppet { isServer ? server : client }

  /// Carries everything both ways until neither has more to say.
  func exchange() {
    for _ in 0..<1000 {
      client.run()
      server.take(client.news())
      server.run()
      let answer = server.news()
      client.take(answer)
      client.run()
      guard !answer.isEmpty || client.sent.count > 0 && hasNews else { return }
    }
    Issue.record("talked for ever: \(client.engine), \(server.engine)")
  }

  private var hasNews: Bool { client.hasNews || server.hasNews }
}

extension Puppet {
  fileprivate var hasNews: Bool { given < sent.count }
}

/// Writes until the outgoing ring has no room.
func fill(
  _ engine: TLSEngine, _ piece: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
) throws {
  for _ in 0..<10_000 {
    guard case .moved = try engine.write(piece) else { return }
  }
  Issue.record("the ring is never full: \(engine)", sourceLocation: sourceLocation)
}

/// Expects that every method that throws repeats the error, and that the rest goes on working.
func expectLatched(
  _ engine: TLSEngine, _ error: TLSError?, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let error = try #require(error, sourceLocation: sourceLocation)
  #expect(engine.terminalError == error, sourceLocation: sourceLocation)
  let calls: [(TLSEngine) throws -> Void] = [
    { _ = try $0.step() },
    { _ = try $0.read() },
    { _ = try $0.write([1]) },
    { _ = try $0.push([1]) },
    { _ = try $0.close() },
    { _ = try $0.updateKeys() },
    { _ = try $0.issueTicket() },
  ]
  for call in calls {
    #expect(throws: error, sourceLocation: sourceLocation) { try call(engine) }
  }
  #expect(engine.ciphertextCapacity == 0, sourceLocation: sourceLocation)
}
