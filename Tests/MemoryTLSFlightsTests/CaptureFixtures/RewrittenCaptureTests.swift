import Foundation
import MemoryTLS
import MemoryTLSFlights
import Testing

/// Every conversation in Fixtures/captures, as networks change packets on their way.
@Suite struct RewrittenCaptureTests {
  @Test(arguments: CaptureFixture.all)
  func `whatever a network does, the messages are the same`(fixture: CaptureFixture) throws {
    let original = try Capture(fixture.bytes)
    let expected = MessageList(original, keyLog: fixture.keyLog)
    for seed in 1...6 as ClosedRange<UInt64> {
      var rewriter = Rewriter(seed: seed)
      let capture = try Capture(rewriter.rewrite(fixture.bytes, Self.harmless))
      let list = MessageList(capture, keyLog: fixture.keyLog)
      #expect(list.differences(from: expected) == [], "seed \(seed)")
      #expect(capture.streams.map(\.holes) == original.streams.map(\.holes), "seed \(seed)")
    }
  }

  @Test(arguments: CaptureFixture.all)
  func `where packets are missing, a stream ends`(fixture: CaptureFixture) throws {
    let original = try Capture(fixture.bytes)
    let whole = MessageList(original, keyLog: fixture.keyLog)
    for seed in 1...6 as ClosedRange<UInt64> {
      var rewriter = Rewriter(seed: seed)
      let capture = try Capture(rewriter.rewrite(fixture.bytes, Self.harmless.union([.lose])))
      let list = MessageList(capture, keyLog: fixture.keyLog)
      for (place, lines) in list.lines {
        // Without a message of one side, the other side's may have no keys.
        let read = list.read(place)
        #expect(whole[place].starts(with: read), "seed \(seed), \(place)")
        #expect(
          lines[read.count...].allSatisfy { $0.hasPrefix("sealed") }, "seed \(seed), \(place)")
      }
    }
  }

  @Test(.needsTshark)
  func `tshark finds what ours finds in captures that a network changed`() throws {
    try expectTsharkFindsTheSame(Self.harmless)
  }

  @Test(.needsTshark)
  func `tshark finds what ours finds before the first packet that is missing`() throws {
    try expectTsharkFindsTheSame([.split, .overlap, .reorder, .lose])
  }

  private func expectTsharkFindsTheSame(_ changes: Set<Rewriter.Change>) throws {
    let scratch = try Scratch()
    var (files, list, streams): ([URL], MessageList, Int) = ([], MessageList([]), 0)
    var incomplete: Set<Int> = []
    for (number, fixture) in CaptureFixture.all.enumerated() where fixture.isWhole {
      var rewriter = Rewriter(seed: UInt64(number))
      let bytes = try rewriter.rewrite(fixture.bytes, changes)
      files.append(try scratch.write(bytes, to: fixture.name))
      let capture = try Capture(bytes)
      list.append(MessageList(capture, keyLog: fixture.listedKeyLog), from: streams)
      incomplete.formUnion(capture.incomplete.map { $0 + streams })
      streams += capture.streams.count
    }
    let merged = scratch.path("merged")
    try Tshark.merge(files, into: merged)
    let keys = try scratch.write(CaptureFixture.listedKeys, to: "keys")
    let theirs = MessageList(try Tshark.list(merged, keyLog: keys))
    #expect(list.differences(from: theirs, cut: incomplete) == [])
    #expect(incomplete.isEmpty != changes.contains(.lose))
  }

  private static let harmless: Set<Rewriter.Change> = [.split, .overlap, .duplicate, .reorder]
}
