import MemoryTLSTransport
import SystemPackage
import Testing

@Suite struct FramedTransportTests {
  @Test func `frames are full, and cut where a flight ends`() throws {
    let ends = FramedEnds(LengthPrefixFraming(.one))
    let sent = pattern(600)
    for start in stride(from: 0, to: 600, by: 100) {
      #expect(try ends.near.write(Array(sent[start..<start + 100])) == .moved(100))
    }
    #expect(ends.near.base.written.isEmpty)
    for _ in 0..<3 { #expect(try ends.near.write([]) == .moved(0)) }
    let frames = try LengthPrefixFraming(.one).decoding(ends.near.base.written).payloads
    #expect(frames.map(\.count) == [255, 255, 90])
    #expect(Array(frames.joined()) == sent)
  }

  @Test(arguments: Format.all, [1, 2, 100, .max])
  func `what is written is read, however the channel cuts it`(
    format: Format, largestRead: Int
  ) throws {
    let ends = FramedEnds(format.framing)
    ends.far.base.largestRead = largestRead
    let sent = pattern(20_000)
    try ends.near.writeAll(sent)
    #expect(try ends.near.write([]) == .moved(0))
    #expect(try ends.far.readAll() == sent)
    #expect(try ends.far.read().movement == .wouldBlock)
  }

  @Test(arguments: Format.all)
  func `a call reads one frame's payload at most, and into a full span nothing`(
    format: Format
  ) throws {
    let ends = FramedEnds(format.framing)
    #expect(try ends.near.base.write(format.framing.encoding([[1, 2, 3], [4]])) != .wouldBlock)
    #expect(try ends.far.read(upTo: 0).movement == .moved(0))
    #expect(ends.far.base.bytesRead == 0)
    #expect(try ends.far.read(upTo: 2).bytes == [1, 2])
    #expect(ends.far.readiness(for: .read).isReady)
    #expect(try ends.far.read(upTo: 0).movement == .moved(0))
    #expect(try ends.far.read().bytes == [3])
    #expect(ends.far.readiness(for: .read).isReady)
    #expect(try ends.far.read().bytes == [4])
    #expect(!ends.far.readiness(for: .read).isReady)
  }

  @Test func `empty frames are passed over`() throws {
    let ends = FramedEnds(NetstringFraming())
    _ = try ends.near.base.write(Array("0:,0:,1:x,0:,".utf8))
    #expect(try ends.far.read().bytes == Array("x".utf8))
    #expect(try ends.far.read().movement == .wouldBlock)
  }

  @Test func `the end of the channel is an end, inside a frame too`() throws {
    let ends = FramedEnds(NetstringFraming())
    _ = try ends.near.base.write(Array("1:x,5:he".utf8))
    _ = try ends.near.base.closeSending()
    #expect(try ends.far.read().bytes == Array("x".utf8))
    for _ in 0..<2 { #expect(try ends.far.read().movement == .ended) }
    #expect(ends.far.takeUnconsumed() == Array("5:he".utf8))
  }

  @Test func `what the peer did wrong is said again by every read`() throws {
    let ends = FramedEnds(LengthPrefixFraming(.two, limit: 100))
    _ = try ends.near.base.write([0, 1, 7, 0, 101])
    #expect(try ends.far.read().bytes == [7])
    for _ in 0..<2 {
      let failure = #expect(throws: Framed.Failure.self) { try ends.far.read() }
      #expect(failure?.framing == .oversized(length: 101, limit: 100))
      #expect(failure?.description == "the peer's framing: frame of 101 bytes exceeds 100")
    }
    #expect(ends.far.takeUnconsumed() == [0, 101])
  }

  @Test func `a failure of the channel stays the channel's`() throws {
    let ends = FramedEnds(NetstringFraming())
    ends.far.base.readFailure = .ioError
    let failure = #expect(throws: Framed.Failure.self) { try ends.far.read() }
    #expect(failure?.description == "\(Errno.ioError)" && failure?.framing == nil)
  }

  @Test func `what was read and not used is given back once, as it is`() throws {
    let ends = FramedEnds(NetstringFraming())
    _ = try ends.near.base.write(Array("5:hello,2:ab,plain".utf8))
    #expect(try ends.far.read(upTo: 2).bytes == Array("he".utf8))
    #expect(ends.far.takeUnconsumed() == Array("llo2:ab,plain".utf8))
    #expect(ends.far.takeUnconsumed() == [])
    #expect(!ends.far.readiness(for: .read).isReady)
    #expect(try ends.far.read().movement == .wouldBlock)
  }

  @Test func `closing sends what is held, and then ends the channel`() throws {
    let ends = FramedEnds(LengthPrefixFraming(.two), capacity: 3)
    #expect(try ends.near.write([1, 2, 3]) == .moved(3))
    for _ in 0..<2 { #expect(try ends.near.closeSending() == .wouldBlock) }
    #expect(try ends.far.base.read().bytes == [0, 3, 1])
    #expect(try ends.near.closeSending() == .ended)
    #expect(try ends.far.base.read().bytes == [2, 3])
    #expect(try ends.far.read().movement == .ended)
  }
}

extension FramedTransport where Base == MemoryChannel {
  /// Writes everything into a channel that has room.
  func writeAll(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while case .moved(let count) = try write(Array(rest)), !rest.isEmpty {
      rest = rest.dropFirst(count)
    }
    #expect(rest.isEmpty)
  }

  /// Reads until there is something to wait for.
  func readAll() throws -> [UInt8] {
    var all: [UInt8] = []
    for _ in 0..<1_000_000 {
      let (bytes, movement) = try read()
      all += bytes
      guard movement == .wouldBlock, !readiness(for: .read).isReady else { continue }
      break
    }
    return all
  }
}
