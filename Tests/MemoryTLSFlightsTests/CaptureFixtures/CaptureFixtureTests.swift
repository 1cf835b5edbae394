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
    #expect(ours.differences(from: theirs, cut: capture.incomplete) == [])
    #expect(capture.incomplete.isEmpty == fixture.isWhole)
  }

  @Test func `what is encrypted with CBC stays unreadable, secrets or not`() throws {
    let fixture = try CaptureFixture.named("tls12-rsa-cbc")
    let log = try #require(try Capture(fixture.bytes).streams.first?.log)
    let dissection = Dissection(log, keyLog: fixture.keyLog)
    #expect(dissection.cipherSuite?.rawValue == 0x002F && !fixture.keyLog.lines.isEmpty)
    let reasons = dissection.records.compactMap(\.reason)
    #expect(reasons.count == 6 && Set(reasons).count == 1, "\(reasons)")
  }

  @Test func `a stream that renegotiated has the secrets of its encrypted ClientHello`() throws {
    let fixture = try CaptureFixture.named("tls12-renegotiation")
    let own = try Capture(fixture.bytes).keyLog
    let random = String(repeating: "ab", count: 32)
    let others = CaptureBuilder.Pcapng().secrets("CLIENT_RANDOM \(random) \(random)")
    let capture = try Capture(fixture.bytes + others)
    let log = try #require(capture.streams.first?.log)
    #expect(capture.keyLog.count == own.count + 1 && Set(log.metadata.keyLog) == Set(own))
    #expect(Dissection(log).records.compactMap(\.reason) == [])
    let given = KeyLog(lines: capture.keyLog)
    #expect(Set(given.lines(clientRandoms: Dissection(log).clientRandoms)) == Set(own))
  }

  @Test func `TLS is found behind a dialogue in plaintext`() throws {
    for (name, port) in [("starttls-smtp", 25), ("starttls-imap", 143)] {
      let streams = try Capture(CaptureFixture.named(name).bytes).streams
      let stream = try #require(streams.first)
      #expect(stream.endpoints.hasSuffix(" 127.0.0.1:\(port)"))
      #expect(stream.plaintextBefore.clientToServer > 10)
      #expect(stream.plaintextBefore.serverToClient > 10)
      #expect(stream.log?.flights.first?.bytes.prefix(2) == [22, 3])
    }
  }

  @Test func `a stream without TLS is one without a log`() throws {
    let capture = try Capture(CaptureFixture.named("several").bytes)
    #expect(capture.streams.map { $0.log == nil } == [false, true, false, false])
    let counts = capture.streams[1].byteCounts
    #expect(counts.clientToServer == 69 && counts.serverToClient == 69)
  }

  @Test(.needsTshark)
  func `tshark still finds what is written down, and ours finds it in all captures in one`() throws
  {
    let scratch = try Scratch()
    let merged = scratch.path("all.pcapng")
    try Tshark.merge(CaptureFixture.all.map(\.file), into: merged)
    let keys = try scratch.write(CaptureFixture.listedKeys, to: "keys")
    let list = CaptureFixture.all.flatMap(\.messages).map(\.withoutStream)
    #expect(try Tshark.list(merged, keyLog: keys).map(\.withoutStream) == list)

    let capture = try Capture(Array(try Data(contentsOf: merged)))
    var each = MessageList([])
    var streams = 0
    for fixture in CaptureFixture.all {
      let capture = try Capture(fixture.bytes)
      each.append(MessageList(capture, keyLog: fixture.keyLog), from: streams)
      streams += capture.streams.count
    }
    let one = MessageList(capture, keyLog: KeyLog(lines: CaptureFixture.listedKeys))
    #expect(one.differences(from: each) == [])
  }
}

extension Capture {
  /// The streams that lack something.
  var incomplete: Set<Int> { Set(streams.filter { !$0.holes.isEmpty }.map(\.number)) }
}

extension DissectedRecord {
  /// Why it stays encrypted.
  fileprivate var reason: String? {
    if case .unreadable(let reason) = content { reason } else { nil }
  }
}

extension String {
  /// A line of a list without the number of the stream.
  fileprivate var withoutStream: Substring { drop { $0 != " " } }
}
