import Foundation
import MemoryTLS
import MemoryTLSFlights
import Testing

/// What stands in Fixtures/captures is read as tshark reads it.
@Suite struct CaptureFixtureTests {
  @Test func `all captures are there`() throws {
    #expect(CaptureFixture.all.count == 34)
    for fixture in CaptureFixture.all { #expect(!fixture.messages.isEmpty, "\(fixture.name)") }
  }

  @Test(arguments: CaptureFixture.all)
  func `the messages are those that tshark finds`(fixture: CaptureFixture) throws {
    let capture = try Capture(fixture.bytes)
    #expect(capture.damage == nil && capture.skipped.count == 0)
    let ours = MessageList(capture, keyLog: fixture.keyLog)
    let theirs = MessageList(fixture.messages)
    let holes = capture.streams.flatMap { stream in
      stream.holes.map { (stream: stream.number, direction: $0.direction) }
    }
    for (stream, hole) in holes {
      // tshark goes on behind a hole, with what looks like a record.
      #expect(theirs[stream, hole].starts(with: ours[stream, hole]))
      #expect(theirs[stream, hole].count > ours[stream, hole].count)
    }
    #expect(
      ours.without(holes).lines == theirs.without(holes).lines, "\(fixture.name)")
  }

  @Test(.needsTshark)
  func `tshark still finds what is written down, and ours finds it in all captures in one`() throws {
    let scratch = try Scratch()
    let merged = scratch.path("all.pcapng")
    try Tshark.merge(CaptureFixture.all.map(\.file), into: merged)
    let keyLog = CaptureFixture.all.filter { $0.name != "tls12-rsa-cbc" }.flatMap(\.keyLog.lines)
    let keys = try scratch.write(Array(keyLog.joined(separator: "\n").utf8), to: "keys")
    let written = CaptureFixture.all.flatMap(\.messages).map(\.withoutStream)
    #expect(try Tshark.list(merged, keyLog: keys).map(\.withoutStream) == written)
    let capture = try Capture(Array(try Data(contentsOf: merged)))
    let one = MessageList(capture, keyLog: KeyLog(lines: keyLog))
    let each = try CaptureFixture.all.map { try MessageList(Capture($0.bytes), keyLog: $0.keyLog) }
    #expect(one.lines.values.map(\.count).sorted() == each.flatMap { $0.lines.values.map(\.count) }.sorted())
  }
}
