import Foundation
import MemoryTLS
import MemoryTLSTesting
import Testing

/// Many handshakes, and the memory they leave behind. `MEMORY_TLS_SOAK=100000` in the environment asks
/// for that many, and has the memory printed after each tenth of them.
@Suite(.withAllAndNeededAlgorithms) struct SoakTests {
  @Test func `memory stays as it is while sixteen threads shake hands`() async throws {
    let crowds = try Self.crowds()
    // Until every thread's part of the heap has grown, and the stores are full.
    try await shakeHands(Self.count / 4, crowds)
    let start = ContinuousClock.now
    let before = residentBytes
    report(0, start)
    for round in 1...Self.rounds {
      try await shakeHands(Self.count / Self.rounds, crowds)
      report(round * Self.count / Self.rounds, start)
    }
    guard let before, let after = residentBytes, !isSanitized else { return }
    #expect(after - before <= Self.slack + Self.bytesPerHandshake * Self.count)
  }

  /// One pair of contexts for each kind of handshake: both versions, full and resumed.
  private static func crowds() throws -> [Crowd] {
    let full = versions.map {
      Settings($0).mutual.changed { $0.server.sessionStore = SessionStore(capacity: 64) }
    }
    let resumed = full.map {
      $0.changed { $0.client.sessionStore = SessionStore(capacity: 64) }
    }
    return try (full + resumed).map { try Crowd($0) }
  }

  private func shakeHands(_ count: Int, _ crowds: [Crowd]) async throws {
    _ = try await onThreads(Self.threads) { number in
      for index in stride(from: number, to: count, by: Self.threads) {
        _ = try crowds[index / Self.threads % crowds.count].meetOnce()
      }
    }
  }

  private func report(_ count: Int, _ start: ContinuousClock.Instant) {
    guard Self.asked != nil else { return }
    print("\(count) handshakes, \((residentBytes ?? 0) >> 10) KiB, \(start.duration(to: .now))")
  }

  private static let threads = 16
  private static let rounds = 10
  private static let asked = ProcessInfo.processInfo.environment["MEMORY_TLS_SOAK"]
    .flatMap { Int($0) }
  private static let count = asked ?? (isSanitized ? 320 : 4000)
  /// What the heap still takes after the warm-up, a part for each thread, was 2 MiB at most. With the
  /// slack the fewest handshakes have 800 bytes each, and a session that is left behind takes 5,000.
  private static let slack = 3 << 20
  private static let bytesPerHandshake = 16
}

/// The memory of this process that is in RAM (proc(5)), without what the heap only holds in reserve
/// (malloc_trim(3)); nil where there is no /proc.
var residentBytes: Int? {
  typealias Trim = @convention(c) (Int) -> CInt
  if let trim = dlsym(nil, "malloc_trim") { _ = unsafeBitCast(trim, to: Trim.self)(0) }
  let figures = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
  let pages = figures?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
  return pages.map { $0 * Int(getpagesize()) }
}
