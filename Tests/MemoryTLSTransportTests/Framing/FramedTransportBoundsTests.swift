import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// What a channel that takes little, or a peer that means ill, can make a transport hold.
@Suite struct FramedTransportBoundsTests {
  /// What is held on its way to the channel, in payload: two pieces of 16 KiB and an unfinished frame.
  private static let held = 3 * 16384

  @Test(arguments: Format.all)
  func `a channel that takes nothing is written to in vain`(format: Format) throws {
    let ends = FramedEnds(format.framing, capacity: 0)
    var taken = 0
    for _ in 0..<100 {
      if case .moved(let count) = try ends.near.write(pattern(20_000)) { taken += count }
      #expect(try ends.near.write([]) == .wouldBlock)
    }
    #expect((1...Self.held).contains(taken))
    #expect(try ends.near.write([1]) == .wouldBlock)
    #expect(try ends.near.closeSending() == .wouldBlock)
  }

  @Test(arguments: Format.all)
  func `a channel that takes one byte at a time gets everything`(format: Format) throws {
    let ends = FramedEnds(format.framing, capacity: 1)
    let sent = pattern(100_000)
    var received: [UInt8] = []
    var taken = 0
    for _ in 0..<1_000_000 where received.count < sent.count {
      if case .moved(let count) = try ends.near.write(Array(sent[taken...].prefix(5000))) {
        taken += count
      }
      received += try ends.far.readAll()
      try #require(taken - received.count <= Self.held)
    }
    #expect(received == sent)
  }

  @Test func `a channel that takes no more says so, and nothing is kept for it`() throws {
    let ends = FramedEnds(LengthPrefixFraming(.one))
    #expect(try ends.near.write([1]) == .moved(1))
    ends.near.base.takesNoMore = true
    #expect(try ends.near.write([]) == .ended)
    for _ in 0..<10 { _ = try ends.near.write(pattern(16384)) }
    #expect(try ends.near.write(pattern(16384)) == .ended)
    #expect(try ends.near.closeSending() == .ended)
  }

  @Test(arguments: versions)
  func `a stream over one that takes no more says so too`(version: ProtocolVersion) throws {
    let pair = try FramedPair(Settings(version), NetstringFraming())
    pair.client.base.base.takesNoMore = true
    let error = streamError(of: Framed.Failure.self) { try pair.client.handshake() }
    #expect(error?.description == "channel takes no more")
  }

  @Test(
    arguments: [
      (LengthPrefixFraming(.one), [0]), (NetstringFraming(), Array("0:,".utf8)),
      (Base64LineFraming(), [10]), (Base64LineFraming(), [13, 10]),
      (TDSFraming(), [0x12, 0, 0, 8, 0, 0, 0, 0]),
    ] as [(any Framing, [UInt8])])
  func `empty frames without end hold nobody longer than the deadline`(
    framing: any Framing, empty: [UInt8]
  ) throws {
    let channel = Repeating(empty)
    let framed = FramedTransport(channel, framing: framing)
    #expect(try framed.read().movement == .wouldBlock)
    #expect(framed.readiness(for: .read).isReady)
    let stream = try Settings(.tls13).serverStream(over: framed)
    let error = streamError(of: FramedTransport<Repeating>.Failure.self) {
      try stream.handshake(until: .now - .seconds(1))
    }
    #expect(error?.wait == .deadlineExceeded)
    #expect(channel.bytesRead < 1 << 20)
  }

  @Test(
    arguments: [
      (Base64LineFraming(limit: 100), [65]), (Base64LineFraming(), [13]),
      (NetstringFraming(), [49]), (LengthPrefixFraming(.four), [255]), (Endless(), [0]),
    ] as [(any Framing, [UInt8])])
  func `a frame without end is refused before more than one is held`(
    framing: any Framing, bytes: [UInt8]
  ) throws {
    let framed = FramedTransport(Repeating(bytes), framing: framing)
    let failure = #expect(throws: FramedTransport<Repeating>.Failure.self) { try framed.read() }
    guard case .oversized(let length, let limit)? = failure?.framing else {
      Issue.record("\(failure as Any)")
      return
    }
    #expect(length > limit)
    #expect(framed.base.bytesRead <= framing.largestFrame + 16384)
  }

  @Test(arguments: Format.all)
  func `noise ends in an error or goes on, and never traps`(format: Format) {
    for seed in 0..<20 as Range<UInt32> {
      let framed = FramedTransport(Repeating(pattern(997, seed: seed)), framing: format.framing)
      for _ in 0..<10 {
        guard case (let bytes, .moved)? = try? framed.read() else { break }
        #expect(bytes.count <= format.framing.largestFrame)
      }
    }
  }
}

/// A format that never sees the end of a frame.
private struct Endless: Framing {
  let largestPayload = 1
  let largestFrame = 1000

  func encode(_ payload: Span<UInt8>, _ place: FramePlace, into frames: inout [UInt8]) {}

  func decode(_ bytes: Span<UInt8>, into payload: inout [UInt8]) throws(FramingError) -> Int { 0 }
}
