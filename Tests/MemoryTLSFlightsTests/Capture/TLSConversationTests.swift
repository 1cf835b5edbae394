import MemoryTLS
@testable import MemoryTLSFlights
import Testing

@Suite struct TLSConversationTests {
  private let hello = TestBytes.clientHello
  private let answer = TestBytes.serverHello

  @Test func `flights come in the order of time, each with its own`() throws {
    var dialogue = Dialogue()
    dialogue.open()
    dialogue.client(Array(hello.prefix(20)), at: 0)
    dialogue.client(Array(hello.dropFirst(20)), at: 20)
    dialogue.server(answer, at: 0)
    dialogue.client([1], at: hello.count)
    dialogue.client([2], at: hello.count + 1)
    let log = try #require(try stream(dialogue).log)
    #expect(log.flights.map(\.bytes) == [hello, answer, [1, 2]])
    #expect(log.flights.map(\.time?.seconds) == [4, 6, 7])
    #expect(log.metadata.endpoints == "10.0.0.1:50000 10.0.0.2:443")
  }

  // What came late went into the stream when what it waited for came.
  @Test func `bytes have the time at which their turn came`() throws {
    var dialogue = Dialogue()
    dialogue.open()
    dialogue.client(hello, at: 0)
    dialogue.server([3, 4], at: answer.count)
    dialogue.client([1], at: hello.count)
    dialogue.server(answer, at: 0)
    let log = try #require(try stream(dialogue).log)
    #expect(log.flights.map(\.bytes) == [hello + [1], answer + [3, 4]])
    #expect(log.flights.map(\.time?.seconds) == [4, 7])
  }

  @Test func `a stream without a ClientHello has no log`() throws {
    for bytes in [[], Array("GET / HTTP/1.1\r\n\r\n".utf8), answer, Array(hello.dropFirst())] {
      var dialogue = Dialogue()
      dialogue.open()
      dialogue.client(bytes, at: 0)
      let stream = try stream(dialogue)
      #expect(stream.log == nil && stream.byteCounts.clientToServer == bytes.count)
      #expect(stream.plaintextBefore == ByteCounts(clientToServer: 0, serverToClient: 0))
    }
  }

  @Test(arguments: [
    [("S", "220 mail ESMTP\r\n"), ("C", "EHLO a\r\n"), ("S", "250-b\r\n250 STARTTLS\r\n")]
      + [("C", "STARTTLS\r\n"), ("S", "220 go ahead\r\n")],
    [("S", "* OK IMAP4\r\n"), ("C", "a STARTTLS\r\n"), ("S", "a OK begin\r\n")],
    [("C", "\u{30}\u{1D}\u{2}\u{1}\u{1}w\u{16}1.3.6.1.4.1.1466.20037"), ("S", "\u{30}\u{0C}x")],
    [("C", "<stream:stream><starttls/>"), ("S", "<features/>"), ("S", "<proceed/>")],
    [("C", "\0\0\0\u{8}\u{4}\u{12}\u{16}/"), ("S", "S")],
    [("C", "CONNECT a:443 HTTP/1.1\r\n\r\n"), ("S", "HTTP/1.1 200 OK\r\n\r\n")],
  ])
  func `TLS is found behind what comes before it`(talk: [(String, String)]) throws {
    var dialogue = Dialogue()
    dialogue.open()
    var counts = (client: 0, server: 0)
    for (who, text) in talk {
      let bytes = Array(text.utf8)
      if who == "C" {
        dialogue.client(bytes, at: counts.client)
        counts.client += bytes.count
      } else {
        dialogue.server(bytes, at: counts.server)
        counts.server += bytes.count
      }
    }
    dialogue.client(hello, at: counts.client)
    dialogue.server(answer, at: counts.server)
    let stream = try stream(dialogue)
    #expect(stream.log?.flights.map(\.bytes) == [hello, answer])
    #expect(
      stream.plaintextBefore
        == ByteCounts(clientToServer: counts.client, serverToClient: counts.server))
  }

  @Test func `the client of TLS is who sent the ClientHello, whoever opened the connection`() throws
  {
    var dialogue = Dialogue()
    dialogue.open()
    dialogue.client([9], at: 0)
    dialogue.server(hello, at: 0)
    dialogue.client(answer, at: 1)
    let stream = try stream(dialogue)
    #expect(stream.endpoints == "10.0.0.2:443 10.0.0.1:50000")
    #expect(stream.log?.flights.map(\.direction) == [.clientToServer, .serverToClient])
    #expect(stream.log?.flights.map(\.bytes) == [hello, answer])
    #expect(stream.plaintextBefore == ByteCounts(clientToServer: 0, serverToClient: 1))
    #expect(stream.byteCounts == ByteCounts(clientToServer: 52, serverToClient: 50))
  }

  // PostgreSQL's client may send its ClientHello before it has read the "S".
  @Test func `plaintext behind the ClientHello is skipped up to the answer`() throws {
    for answer in [answer, TestBytes.alert] {
      var dialogue = Dialogue()
      dialogue.open()
      dialogue.client(hello, at: 0)
      dialogue.server(Array("S".utf8) + answer, at: 0)
      let stream = try stream(dialogue)
      #expect(stream.log?.flights.map(\.bytes) == [hello, answer])
      #expect(stream.plaintextBefore.serverToClient == 1)
    }
  }

  @Test func `an answer that is no TLS is in the log`() throws {
    let refusal = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)
    var dialogue = Dialogue()
    dialogue.open()
    dialogue.server([7], at: 0)
    dialogue.client(hello, at: 0)
    dialogue.server(refusal, at: 1)
    let stream = try stream(dialogue)
    #expect(stream.log?.flights.map(\.bytes) == [hello, refusal])
    #expect(stream.plaintextBefore.serverToClient == 1)
  }

  @Test func `a hole in plaintext hides the TLS behind it`() throws {
    var dialogue = Dialogue()
    dialogue.open()
    dialogue.client(hello, at: 4)
    let stream = try stream(dialogue)
    #expect(stream.log == nil)
    #expect(stream.holes.map(\.offset) == [0] && stream.holes.map(\.byteCount) == [4])
  }

  private func stream(_ dialogue: Dialogue) throws -> CapturedStream {
    try #require(try Capture(dialogue.pcap).streams.first)
  }
}
