import MemoryTLSTesting

@testable import MemoryTLSFlights

/// Rewrites captures as networks change them on their way to whoever captures.
///
///     var rewriter = Rewriter(seed: 7)
///     let capture = try rewriter.rewrite(bytes, [.split, .reorder])
///
/// The same seed makes the same of the same capture. Whatever is changed but for `.lose`, the streams
/// stay as they were, and tshark's as well: no segment moves behind what the other side sent next.
struct Rewriter {
  enum Change: CaseIterable, Hashable {
    /// Segments are cut into several.
    case split
    /// Bytes are sent again, cut anew around the boundary of two segments.
    case overlap
    /// Segments come twice, the second time later.
    case duplicate
    /// Segments that follow one another come in another order.
    case reorder
    /// Segments are missing.
    case lose
  }

  private var numbers: SplitMix64

  init(seed: UInt64) { numbers = SplitMix64(seed: seed) }

  /// Makes of a file whose packets are all of one link type a pcapng file with the same secrets. A
  /// packet has a new time only where it would be before that of the packet in front.
  mutating func rewrite(
    _ capture: [UInt8], _ changes: Set<Change> = Set(Change.allCases)
  ) throws -> [UInt8] {
    var frames = try RewrittenFrame.all(in: capture)
    if changes.contains(.split) { frames = frames.flatMap { split($0) } }
    if changes.contains(.overlap) { frames = overlapped(frames) }
    if changes.contains(.reorder) { frames = reordered(frames) }
    if changes.contains(.duplicate) { duplicate(&frames) }
    if changes.contains(.lose) { frames.removeAll { $0.hasPayload && chance(8) } }
    return RewrittenFrame.file(of: frames, keyLog: try Capture(capture).keyLog)
  }

  private mutating func split(_ frame: RewrittenFrame) -> [RewrittenFrame] {
    let count = frame.payload.count
    guard count > 1, !chance(4) else { return [frame] }
    let cuts = (0..<Int.random(in: 1...6, using: &numbers)).map { _ in
      Int.random(in: 1..<count, using: &numbers)
    }
    let places = ([0, count] + cuts).sorted()
    return zip(places, places.dropFirst()).compactMap { $0 == $1 ? nil : frame.piece($0..<$1) }
  }

  private mutating func overlapped(_ frames: [RewrittenFrame]) -> [RewrittenFrame] {
    var result: [RewrittenFrame] = []
    for frame in frames {
      if let last = result.last, let both = last.joined(with: frame), chance(2) {
        let start = Int.random(in: 0..<last.payload.count, using: &numbers)
        let end = Int.random(in: last.payload.count...both.payload.count, using: &numbers)
        result.append(both.piece(start..<end))
      }
      result.append(frame)
    }
    return result
  }

  private mutating func reordered(_ frames: [RewrittenFrame]) -> [RewrittenFrame] {
    var (result, run): ([RewrittenFrame], [RewrittenFrame]) = ([], [])
    for frame in frames {
      if let last = run.last, !last.isOfSameRun(as: frame) {
        result += run.shuffled(using: &numbers)
        run = []
      }
      run.append(frame)
    }
    return result + run.shuffled(using: &numbers)
  }

  private mutating func duplicate(_ frames: inout [RewrittenFrame]) {
    for index in frames.indices.reversed() where frames[index].hasPayload && chance(3) {
      let place = Int.random(in: index + 1...min(frames.count, index + 8), using: &numbers)
      frames.insert(frames[index], at: place)
    }
  }

  /// Whether something happens that happens once in so many times.
  private mutating func chance(_ times: Int) -> Bool {
    Int.random(in: 0..<times, using: &numbers) == 0
  }
}
