import Foundation
import MemoryTLS
import MemoryTLSFlights
import Testing

/// What is written as a capture, of every conversation in Fixtures/captures, is read by tshark.
@Suite struct WrittenCaptureTests {
  @Test(.needsTshark, arguments: CaptureFormat.allCases)
  func `tshark reads what is written, and finds the same messages in it`(
    format: CaptureFormat
  ) throws {
    let scratch = try Scratch()
    let logs = try CaptureFixture.all.flatMap(logs)
    var (files, list): ([URL], MessageList) = ([], MessageList([]))
    for (number, log) in logs.enumerated() {
      list.append(MessageList(log, keyLog: KeyLog(lines: [])), from: number)
      files.append(try scratch.write(log.capture(as: format), to: "\(number)"))
    }
    let merged = scratch.path("merged")
    try Tshark.merge(files, into: merged)
    let keys = try scratch.write(logs.flatMap(\.metadata.keyLog), to: "keys")
    let theirs = MessageList(try Tshark.list(merged, keyLog: format == .pcap ? keys : nil))
    #expect(list.differences(from: theirs) == [])
    try expectNoComplaint(about: merged)
  }

  @Test(.needsTshark)
  func `tshark shows the HTTP in what is written`() throws {
    let scratch = try Scratch()
    let logs = try ["tls13-http", "tls13-large"].map(CaptureFixture.named).flatMap(logs)
    let files = try logs.enumerated().map { number, log in
      try scratch.write(log.capture(as: .pcapng), to: "\(number)")
    }
    let merged = scratch.path("merged")
    try Tshark.merge(files, into: merged)
    let shown = try Tshark.lines(
      of: Array(try Data(contentsOf: merged)), "-Y", "http", "-T", "fields", "-e",
      "http.request.uri", "-e", "http.response.code", "-e", "http.file_data")
    #expect(shown.count == 4)
    #expect(shown.first?.hasPrefix("/page") == true, "\(shown)")
    #expect(shown.dropFirst().first?.contains("200\ta page") == true, "\(shown)")
  }

  /// The logs in a capture, with the secrets that its list was made with.
  private func logs(of fixture: CaptureFixture) throws -> [FlightLog] {
    let capture = try Capture(fixture.bytes)
    return capture.streams.compactMap(\.log).map { log in
      var log = log
      log.metadata.keyLog = capture.keyLog + fixture.listedKeyLog.lines
      return log
    }
  }

  /// Neither a malformed packet, nor a bad checksum, nor anything odd about sequence numbers.
  private func expectNoComplaint(about file: URL) throws {
    let complaints = try Tshark.lines(
      of: Array(try Data(contentsOf: file)), "-o", "ip.check_checksum:TRUE", "-o",
      "tcp.check_checksum:TRUE", "-o", "tcp.try_heuristic_first:TRUE", "-Y",
      "_ws.malformed || tcp.analysis.flags || tcp.checksum.status != 1"
        + " || (ip && ip.checksum.status != 1) || _ws.expert.severity >= warning")
    #expect(complaints.isEmpty)
  }
}
