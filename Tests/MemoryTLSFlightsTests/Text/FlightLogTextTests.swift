import MemoryTLS
import MemoryTLSFlights
import Testing

@Suite struct FlightLogTextTests {
  /// A log in which everything is that can be.
  static let everything: FlightLog = {
    var log = FlightLog()
    log.metadata.openssl = "OpenSSL 3.0.15 3 Sep 2024"
    log.metadata.role = .both
    log.metadata.serverName = "localhost"
    (log.metadata.clientSeed, log.metadata.serverSeed) = (1, .max)
    (log.metadata.time, log.metadata.identity) = (1_700_000_000, 7)
    log.metadata.options = ["--tls 1.3", "--early-data 'a\nb\\n'"]
    log.metadata.endpoints = "127.0.0.1:50000 [::1]:443"
    log.metadata.keyLog = ["CLIENT_RANDOM 00 11", "EXPORTER_SECRET 22 33"]
    log.metadata.comments = ["", " two  spaces ", "ä€😀\r"]
    log.metadata.extra = [.init(key: "x-b", value: "1"), .init(key: "x-a-2", value: "")]
      .compactMap(\.self)
    log.append(
      Array(0...40), .clientToServer,
      notes: [.write(Array("hi".utf8)), message(.handshake, [1, 0, 0, 0], .clientToServer)],
      at: Timestamp(seconds: -1, nanoseconds: 5))
    log.append(
      Array(200...215), .serverToClient,
      notes: [
        message(.handshake, [99, 0, 0, 0], .serverToClient), .write([]),
        message(.alert, [1, 0], .serverToClient), message(.changeCipherSpec, [1], .serverToClient),
      ])
    return log
  }()

  @Test func `what is written is read again as an equal log, and written again the same`() throws {
    let text = Self.everything.text
    let again = try FlightLog(text: text)
    #expect(again == Self.everything)
    #expect(again.text == text)
  }

  @Test func `the text is what the format says`() {
    let lines = Self.everything.text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines.prefix(4) == [
        "# format: memtls-flights 1", "# openssl: OpenSSL 3.0.15 3 Sep 2024", "# role: both",
        "# server-name: localhost",
      ])
    #expect(lines.contains(#"# option: --early-data 'a\nb\\n'"#))
    #expect(lines.contains("# comment:") && lines.contains("# comment:  two  spaces "))
    #expect(
      lines.dropFirst(18) == [
        "# @-1.000000005", "# write client 6869", "# message ClientHello 01000000",
        ">>> Flow 1 (client to server)",
        "00000000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  |................|",
        "00000010  10 11 12 13 14 15 16 17  18 19 1a 1b 1c 1d 1e 1f  |................|",
        "00000020  20 21 22 23 24 25 26 27  28                       | !\"#$%&'(|",
        "# message 0x63 63000000", "# write server", "# message alert 0100",
        "# message change_cipher_spec 01", ">>> Flow 2 (server to client)",
        "00000000  c8 c9 ca cb cc cd ce cf  d0 d1 d2 d3 d4 d5 d6 d7  |................|", "",
      ])
  }

  @Test func `an empty log is a line`() throws {
    #expect(FlightLog().text == "# format: memtls-flights 1\n")
    #expect(try FlightLog(text: FlightLog().text) == FlightLog())
    #expect(try FlightLog(text: "") == FlightLog())
  }

  // The form of the files in Go's crypto/tls/testdata, which have no header.
  @Test func `recorded flows of Go's crypto/tls are read as they are`() throws {
    let log = try FlightLog(
      text: """
        >>> Flow 1 (client to server)
        00000000  16 03 01 00 06 01 00 00  02 03 03                 |...........|
        >>> Flow 2 (server to client)
        00000000  15 03 03 00 02 02 28 15  03 03 00 02 01 00 17 03  |......(.........|
        00000010  03                                                |.|

        """)
    #expect(log.flights.map(\.direction) == [.clientToServer, .serverToClient])
    #expect(log.flights.map(\.bytes.count) == [11, 17])
    #expect(log.flights[1].bytes.suffix(2) == [3, 3])
  }

  @Test func `the length that hexdump puts last, blank lines and other line ends are read`() throws
  {
    let log = try FlightLog(
      text: ">>> Flow 1 (server to client)\r\n00000000  01 02\r\n00000002\r\n\r\n")
    #expect(log.flights == [Flight(.serverToClient, [1, 2])])
  }

  @Test(arguments: [
    ("# nothing", 1, 3, "not 'key: value'"),
    ("# Format: x", 1, 3, "not 'key: value'"),
    ("# format: memtls-flights 2", 1, 11, "'memtls-flights 2' is not 'memtls-flights 1'"),
    ("# colour: red", 1, 3, "unknown key 'colour'; others' begin with x-"),
    ("# x-: red", 1, 3, "unknown key 'x-'; others' begin with x-"),
    ("# role: nobody", 1, 9, "'nobody' is not client, server or both"),
    ("# time: 1e9", 1, 9, "'1e9' is not a number"),
    ("# client-seed: -1", 1, 16, "'-1' is not a number"),
    ("# identity: 007", 1, 13, "'007' is not a number"),
    ("# time: 1\n# time: 1", 2, 3, "'time:' stands here twice"),
    (#"# comment: a\tb"#, 1, 12, #"neither \\, \n nor \r behind a backslash, or no UTF-8"#),
    ("hello", 1, 1, "neither '# ' nor '>>> Flow 1 (client to server)'"),
    (">>> Flow 2 (client to server)", 1, 10, "not flow 1"),
    (">>> Flow 1 (client to client)", 1, 13, "neither 'client to server)' nor 'server to client)'"),
    (
      ">>> Flow 1 (client to server) ", 1, 30, "neither 'client to server)' nor 'server to client)'"
    ),
    (flow + "\n>>> Flow 2 (client to server)", 2, 30, "flow 2 goes the same way as the one before"),
    (flow + "\n# role: both", 2, 3, "'role:' stands behind the header"),
    ("# @1.000000000\n# role: both", 2, 3, "'role:' stands behind the header"),
    (flow + "\n00000010  00", 2, 1, "not the offset 00000000"),
    (flow + "\n00000000  0g", 2, 11, "'0g' is no byte"),
    (flow + "\n00000000  000", 2, 11, "'000' is no byte"),
    (flow + "\n00000000  |", 2, 12, "not 1 to 16 bytes"),
    (flow + "\n00000000  " + String(repeating: "00 ", count: 17), 2, 62, "not 1 to 16 bytes"),
    (flow + "\n00000000  00\n*", 3, 1, "not the offset 00000001"),
    ("# @1.5", 1, 4, "not SECONDS.NANOS with nine digits behind the point"),
    ("# @1.000000000\n# @1.000000000", 2, 4, "a second time for one flight"),
    ("# write nobody 00", 1, 9, "neither client nor server"),
    ("# write client 0", 1, 16, "not an even number of hexadecimal digits"),
    ("# write clients", 1, 15, "no space behind client"),
    ("# message ClientHello", 1, 22, "not NAME HEX"),
    ("# message ClientHello ", 1, 23, "not an even number of hexadecimal digits"),
    ("# write client 00", 1, 1, "no flight stands behind this"),
    ("# @1.000000000", 1, 1, "no flight stands behind this"),
    ("# message Finished 01000000\n" + flow, 1, 1, "the bytes are not those of Finished"),
    ("# write server 00\n" + flow, 1, 1, "the server writes before a flight of the client"),
  ])
  func `a line that cannot be read is named`(
    _ text: String, line: Int, column: Int, reason: String
  ) {
    let error = #expect(throws: FlightLog.SyntaxError.self) { try FlightLog(text: text) }
    #expect(error.map { "\($0)" } == "line \(line), column \(column): \(reason)")
  }

  @Test func `bytes that are no UTF-8 are an error where text is wanted`() {
    #expect(throws: FlightLog.SyntaxError.self) {
      try FlightLog(utf8: Array("# comment: ".utf8) + [0xFF])
    }
  }

  @Test func `any byte of a file can be any other, and nothing traps`() {
    let text = Array(Self.everything.text.utf8)
    for index in text.indices {
      for byte: UInt8 in [0, 10, 32, 48, 0x7C, 0xFF] {
        var changed = text
        changed[index] = byte
        guard let log = try? FlightLog(utf8: changed) else { continue }
        #expect((try? FlightLog(text: log.text)) == log)
      }
    }
  }

  private static let flow = ">>> Flow 1 (client to server)"

  private static func message(
    _ type: ContentType, _ bytes: [UInt8], _ direction: Direction
  ) -> FlightNote {
    .message(ProtocolMessage(direction: direction, contentType: type, bytes: bytes))
  }
}
