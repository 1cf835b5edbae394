import ArgumentParser
import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting

/// Both ends in memory.
struct HandshakeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "handshake",
    abstract: "Make a handshake in memory and show its flights.",
    usage: "memtls handshake [<options>]",
    discussion: """
      A client and a server with throw-away certificates are joined without any
      socket. The ladder shows who sent what: the messages, and the records and
      bytes that carried them.

        memtls handshake
        memtls handshake --tls 1.2 --mutual --alpn h2,http/1.1
        memtls handshake --capacity 512 --chunk 1
        memtls handshake --json | jq .flights
      """)

  @OptionGroup(title: "What to negotiate") var protocols: ProtocolOptions

  @Flag(help: "The client proves itself with a certificate too.")
  var mutual = false

  @Option(
    help: ArgumentHelp(
      "Bytes each engine holds for each direction, 512 or more.", valueName: "bytes"))
  var capacity = 17408

  @Option(
    help: ArgumentHelp(
      "Carry the bytes in pieces of this many (default: all at once).", valueName: "bytes"))
  var chunk: Int?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if let chunk, chunk < 1 { throw ValidationError("--chunk \(chunk) is less than 1 byte") }
  }

  func run() throws {
    let pair = try makePair()
    do throws(PairFailure) { try pair.settle() } catch { throw CommandFailure.failed("\(error)") }
    guard let report = HandshakeReport(pair) else {
      throw CommandFailure.failed("the handshake is not done")
    }
    print(json ? try report.json() : report.ladder())
  }

  private func makePair() throws -> EnginePair {
    let authority = try TestIdentity.authority()
    var server = TLSConfiguration()
    protocols.apply(to: &server)
    server.ringCapacity = RingCapacity(capacity)
    server.trust = authority.trust
    var client = server
    server.identities = [
      try authority.issue(.server, "localhost", names: [.dns("localhost")]).identity
    ]
    if mutual {
      server.clientCertificates = .require
      client.identities = [try authority.issue(.client, "user").identity]
    }
    return try EnginePair(
      client: client, server: server, wire: chunk.map { .bytes($0) } ?? .whole)
  }
}
