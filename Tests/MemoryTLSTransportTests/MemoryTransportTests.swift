import Foundation
import MemoryTLSTransport
import SystemPackage
import Testing

@Suite struct MemoryTransportTests {
  @Test(arguments: [-1, 0, 1, 7, 65536])
  func `each direction holds its capacity and not a byte more`(capacity: Int) throws {
    let (near, far) = try MemoryTransport.pair(capacity: capacity)
    let room = max(1, capacity)
    for (one, other) in [(near, far), (far, near)] {
      #expect(one.write(pattern(100_000)) == .moved(room))
      #expect(one.write([1]) == .wouldBlock)
      #expect(other.read(upTo: 1).bytes == [pattern(1)[0]])
      #expect(one.write([8, 9]) == .moved(1))
      #expect(try other.collect(room) == pattern(room).dropFirst() + [8])
      #expect(other.read().movement == .wouldBlock)
    }
  }

  @Test func `no room and no bytes move nothing`() throws {
    let (near, far) = try MemoryTransport.pair()
    #expect(near.read(upTo: 0).movement == .moved(0))
    #expect(near.write([]) == .moved(0))
    #expect(far.read().movement == .wouldBlock)
  }

  @Test func `an end of sending is an end behind the bytes, and the other way goes on`() throws {
    let (near, far) = try MemoryTransport.pair()
    #expect(near.write([1, 2]) == .moved(2))
    #expect(near.closeSending() == .ended)
    #expect(near.closeSending() == .ended)
    #expect(near.write([3]) == .ended)
    #expect(far.read(upTo: 1).bytes == [1])
    #expect(far.read().bytes == [2])
    #expect(far.read().movement == .ended)
    #expect(far.write([4]) == .moved(1))
    #expect(near.read().bytes == [4])
    #expect(near.read().movement == .wouldBlock)
  }

  @Test func `an end that goes leaves its bytes to be read, and takes none`() throws {
    var near: MemoryTransport?
    let far: MemoryTransport
    (near, far) = try MemoryTransport.pair(capacity: 3)
    #expect(near?.write([1, 2]) == .moved(2))
    #expect(far.write([1, 2, 3]) == .moved(3))
    #expect(!far.isReady(for: .write))
    near = nil
    #expect(far.isReady(for: .write))
    #expect(far.write([4]) == .ended)
    #expect(far.read().bytes == [1, 2])
    #expect(far.read().movement == .ended)
  }

  @Test func `it is ready exactly when a call would get anywhere`() throws {
    let (near, far) = try MemoryTransport.pair(capacity: 2)
    #expect(near.isReady(for: .write) && !near.isReady(for: .read))
    #expect(!near.isReady(for: []))
    #expect(near.write([1, 2]) == .moved(2))
    #expect(!near.isReady(for: .write) && far.isReady(for: .read))
    #expect(near.isReady(for: [.read, .write]) == false)
    #expect(far.read(upTo: 1).bytes == [1])
    #expect(near.isReady(for: .write) && far.isReady(for: .read))
    #expect(far.read().bytes == [2])
    #expect(!far.isReady(for: .read))
    #expect(near.closeSending() == .ended)
    #expect(far.isReady(for: .read) && near.isReady(for: .write))
  }

  @Test(arguments: [1, 1000])
  func `threads wake each other, both ways at once`(capacity: Int) async throws {
    let (near, far) = try MemoryTransport.pair(capacity: capacity)
    let (one, other) = try await together {
      try exchange(near, sending: pattern(20_000))
    } _: {
      try exchange(far, sending: pattern(30_000, seed: 2))
    }
    #expect(one == pattern(30_000, seed: 2))
    #expect(other == pattern(20_000))
  }

  @Test func `an end that goes wakes a reader and a writer`() async throws {
    for interest in [Interest.read, .write] {
      var ends = try makeEnds(capacity: 1)
      let far = ends.removeLast()
      #expect(far.write([1]) == .moved(1))
      #expect(!far.isReady(for: interest))
      let waiting = Worker { try wait(for: far.readiness(for: interest), until: stalled) }
      ends = []
      try await waiting.value
      #expect(far.read().movement == .ended)
      #expect(far.write([1]) == .ended)
    }
  }

  @Test func `what was read is forgotten, also if the channel is never quite empty`() throws {
    let (near, far) = try MemoryTransport.pair(capacity: 8192)
    let piece = pattern(4096)
    #expect(near.write([1]) == .moved(1))
    let before = residentPages()
    for _ in 0..<25_000 {
      #expect(near.write(piece) == .moved(4096))
      #expect(far.read(upTo: 4096).bytes.count == 4096)
    }
    // 25,000 pieces are as many pages.
    #expect(residentPages() - before < 5000)
  }

  @Test func `the pipes that wake are closed when both ends are gone`() throws {
    var ends = try makeEnds()
    let pipes = ends.flatMap { $0.readiness(for: [.read, .write]).waits }
      .compactMap { OpenFiles.name(of: $0.descriptor.rawValue) }
    #expect(Set(pipes).count == 4)
    #expect(Set(pipes).isSubset(of: OpenFiles.all()))
    ends = []
    #expect(Set(pipes).isDisjoint(with: OpenFiles.all()))
  }
}

/// Writes all, ends, and reads to the other's end, all at once.
private func exchange(_ end: MemoryTransport, sending bytes: [UInt8]) throws -> [UInt8] {
  var (rest, received, hasEnded) = (bytes[...], [UInt8](), false)
  while !hasEnded || !rest.isEmpty {
    let interest: Interest = [hasEnded ? [] : .read, rest.isEmpty ? [] : .write]
    try wait(for: end.readiness(for: interest), until: stalled)
    if !rest.isEmpty, case .moved(let count) = end.write(Array(rest)) {
      rest = rest.dropFirst(count)
      if rest.isEmpty { #expect(end.closeSending() == .ended) }
    }
    let (piece, movement) = end.read()
    received += piece
    hasEnded = movement == .ended
  }
  return received
}

extension Transport {
  /// Whether a wait for it would end at once.
  fileprivate func isReady(for interest: Interest) -> Bool {
    let readiness = readiness(for: interest)
    return readiness.isReady || (try? wait(for: readiness, until: .now)) != nil
  }
}

private func makeEnds(capacity: Int = 100) throws -> [MemoryTransport] {
  let (near, far) = try MemoryTransport.pair(capacity: capacity)
  return [near, far]
}

/// Pages of memory that this process has (proc(5)).
private func residentPages() -> Int {
  let words = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
  return words.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
}
