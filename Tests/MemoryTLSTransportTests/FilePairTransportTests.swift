import Foundation
import Glibc
import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// How bytes and ends get across; which files are refused is in ``FilePairRefusalTests``.
@Suite struct FilePairTransportTests {
  @Test(arguments: [true, false], [true, false])
  func `new or empty files, whoever comes first, carry bytes and ends`(
    areMade: Bool, nearFirst: Bool
  ) throws {
    let pair = try FilePair()
    if areMade { for name in ["there", "back"] { try pair.scratch.append([], to: name) } }
    let first = try nearFirst ? pair.near() : pair.far()
    #expect(try first.read().movement == .wouldBlock)
    #expect(try first.write([1, 2]) == (areMade ? .moved(2) : .wouldBlock))
    let second = try nearFirst ? pair.far() : pair.near()
    if !areMade { #expect(try first.write([1, 2]) == .moved(2)) }
    #expect(try second.write([3]) == .moved(1))
    #expect(try second.read().bytes == [1, 2])
    #expect(try first.closeSending() == .ended)
    #expect(try first.closeSending() == .ended)
    #expect(try second.read().movement == .ended)
    #expect(try second.write([4]) == .moved(1))
    #expect(try first.read().bytes == [3, 4])
    #expect(try first.read().movement == .wouldBlock)
    #expect(throws: FilePairTransport.Failure.system(first.output, .brokenPipe)) {
      try first.write([1])
    }
  }

  @Test func `the end is said by a file behind the last byte, also when the transport goes`() throws
  {
    let pair = try FilePair()
    var near: FilePairTransport? = try pair.near()
    let far = try pair.far()
    #expect(try near?.write(pattern(1000)) == .moved(1000))
    #expect(try far.read(upTo: 999).bytes.count == 999)
    #expect(!pair.exists("there.end"))
    near = nil
    #expect(pair.exists("there.end"))
    #expect(try far.read().bytes == Array(pattern(1000).suffix(1)))
    #expect(try far.read().movement == .ended)
    #expect(Set(pair.scratch.openPaths) == [far.input, far.output])
  }

  @Test func `bytes that were appended between the last look and the end are read`() throws {
    let pair = try FilePair()
    try pair.scratch.append([], to: "back")
    let near = try pair.near()
    for _ in 0..<3 { #expect(try near.read().movement == .wouldBlock) }
    try pair.scratch.append([5, 6], to: "back")
    try pair.scratch.append([], to: "back.end")
    #expect(try near.read().bytes == [5, 6])
    #expect(try near.read().movement == .ended)
  }

  @Test func `what a file lacks is not an end: neither its writer's death nor time says so`() throws
  {
    let pair = try FilePair()
    try pair.scratch.append([1], to: "there.end.not")
    try pair.scratch.append([], to: "back")
    let near = try pair.near()
    try pair.scratch.append([1], to: "back")
    #expect(try near.read().bytes == [1])
    for _ in 0..<100 { #expect(try near.read().movement == .wouldBlock) }
  }

  @Test(arguments: versions)
  func `records that are appended byte by byte are never misread`(
    version: ProtocolVersion
  ) throws {
    let settings = try Settings(version)
    let pair = try FilePair()
    try pair.scratch.append([], to: "back")
    let client = try settings.clientStream(over: pair.near())
    let (channel, far) = MemoryChannel.pair(capacity: 1 << 20)
    let server = try settings.serverStream(over: far)
    let reader = try DescriptorTransport(.open(pair.scratch.path("there"), .readOnly))
    var (rest, received) = (pattern(600)[...], [UInt8]())
    for _ in 0..<20_000 where received.count < 600 {
      received += try client.read().bytes
      #expect(try channel.write(reader.read().bytes) != .wouldBlock)
      if !rest.isEmpty, case .moved(let count) = try server.write(Array(rest.prefix(200))) {
        rest = rest.dropFirst(count)
      }
      try pair.scratch.append(channel.read(upTo: 1).bytes, to: "back")
    }
    #expect(received == pattern(600))
  }

  @Test func `a file that shrinks is a failure that names it`() throws {
    let pair = try FilePair()
    try pair.scratch.append([], to: "back")
    let near = try pair.near()
    try pair.scratch.append([1, 2, 3], to: "back")
    #expect(try near.read().bytes == [1, 2, 3])
    #expect(truncate(near.input.string, 2) == 0)
    let failure = pairFailure { _ = try near.read() }
    #expect(failure == .shrank(near.input))
    #expect(failure?.description == "\(near.input) became shorter: it must only grow")
  }

  @Test func `looks become rarer, up to 50 ms, until something comes`() throws {
    let pair = try FilePair()
    let near = try pair.near()
    #expect(near.nextLook <= .milliseconds(1))
    for _ in 0..<10 { #expect(try near.read().movement == .wouldBlock) }
    #expect(.milliseconds(40)...(.milliseconds(50)) ~= near.nextLook)
    let far = try pair.far()
    #expect(try near.read().movement == .wouldBlock)
    #expect(near.nextLook < .milliseconds(40))
    for _ in 0..<10 { #expect(try near.read().movement == .wouldBlock) }
    #expect(try far.write([1]) == .moved(1))
    #expect(try near.read().bytes == [1])
    #expect(near.nextLook <= .milliseconds(1))
  }

  @Test func `a stream that waits looks some times and not all the time`() throws {
    let pair = try FilePair()
    try pair.scratch.append([], to: "back")
    let stream = try Settings(.tls13).clientStream(over: Counting(pair.near()))
    #expect(throws: StreamError<FilePairTransport.Failure>.self) {
      try stream.handshake(until: .now + .milliseconds(300))
    }
    // After 1, 3, 7, 15, 31 and 63 ms, and then each 50 ms.
    #expect(stream.base.looks < 40)
  }

  @Test func `there is always room, but not before the other's file is there`() throws {
    let pair = try FilePair()
    let near = try pair.near()
    #expect(!near.readiness(for: .write).isReady && near.readiness(for: .write).time != nil)
    let far = try pair.far()
    #expect(try near.write(pattern(1 << 20)) == .moved(1 << 20))
    for interest in [Interest.write, [.read, .write]] {
      #expect(near.readiness(for: interest).isReady)
    }
    #expect(!near.readiness(for: .read).isReady && near.readiness(for: .read).time != nil)
    let nothing = near.readiness(for: [])
    #expect(!nothing.isReady && nothing.time == nil && nothing.waits.isEmpty)
    #expect(try far.collect(1 << 20) == pattern(1 << 20))
  }
}

/// A transport whose reads are counted.
private final class Counting<Base: Transport>: Transport {
  private(set) var looks = 0
  private let base: Base

  init(_ base: Base) { self.base = base }

  func read(into out: inout OutputSpan<UInt8>) throws(Base.Failure) -> Movement {
    looks += 1
    return try base.read(into: &out)
  }

  func write(_ bytes: Span<UInt8>) throws(Base.Failure) -> Movement { try base.write(bytes) }
  func closeSending() throws(Base.Failure) -> Movement { try base.closeSending() }
  func readiness(for interest: Interest) -> Readiness { base.readiness(for: interest) }
}

extension FilePairTransport {
  /// How long until the next look, at most.
  fileprivate var nextLook: Duration {
    readiness(for: .read).time.map { ContinuousClock.now.duration(to: $0) } ?? .zero
  }
}
