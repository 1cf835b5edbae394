@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Threads that all meet at the same two contexts, with engines of their own.
struct Crowd: Sendable {
  let contexts: Reunion
  var threads = 16
  /// How often each thread meets.
  var meetings = isSanitized ? 2 : 4
  /// Whom the clients expect.
  var identity = ServerIdentity.name("localhost")
  /// What is done with two new engines before they shake hands.
  var ready: @Sendable (EnginePair) throws -> Void = { _ in }
  /// What is done when two have closed.
  var afterwards: @Sendable () throws -> Void = {}

  // Made once: under ThreadSanitizer, Swift looks up generic types with a lock for all threads.
  private let upload = text(300)
  private let download = text(isSanitized ? 2000 : 20000)

  init(
    _ settings: Settings, seed: UInt64? = nil, clock: TLSClock = .system
  ) throws(TLSError) {
    contexts = try Reunion(settings, seed: seed, clock: clock)
  }

  /// All meetings; answers how many of them were resumptions.
  @discardableResult
  func meet() async throws -> Int {
    try await onThreads(threads) { _ in
      var resumed = 0
      for _ in 0..<meetings {
        if try meetOnce() { resumed += 1 }
        try afterwards()
      }
      return resumed
    }.reduce(0, +)
  }

  /// A connection from its first byte to its last; answers whether it resumed another.
  func meetOnce() throws -> Bool {
    let pair = try EnginePair(
      client: contexts.client, expecting: identity, server: contexts.server)
    try ready(pair)
    try pair.settle()
    if pair.client.engine.negotiated?.version == .tls13 {
      #expect(try pair.client.engine.updateKeys() == .done)
    }
    pair.client.send(upload)
    pair.server.send(download)
    try pair.settle()
    #expect(pair.server.received == upload && pair.client.received == download)
    let (one, other) = (try secret(of: pair.client), try secret(of: pair.server))
    #expect(one == other)
    try pair.finish()
    return pair.isResumed
  }

  private func secret(of end: Endpoint) throws -> [UInt8] {
    try end.engine.exportKeyingMaterial(label: "EXPERIMENTAL crowd", count: 32)
  }
}
