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
        memtls handshake --resume --early-data 'GET /'
        memtls handshake --json | jq .flights
      """)

  @OptionGroup(title: "What to negotiate") var protocols: ProtocolOptions

  @Flag(help: "The client proves itself with a certificate too.")
  var mutual = false

  @Flag(help: "Resume what an earlier handshake, not shown, has left.")
  var resume = false

  @Option(
    help: ArgumentHelp(
      "Send this before the handshake is done (0-RTT); resumes.", valueName: "text"))
  var earlyData: String?

  @Flag(help: "Both know a key, made for this run, and the server has no certificate.")
  var psk = false

  @Flag(help: "Change the keys of both directions afterwards.")
  var keyUpdate = false

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
    if earlyData?.isEmpty == true { throw ValidationError("--early-data '' sends nothing") }
    if psk, mutual { throw ValidationError("--psk and --mutual contradict each other") }
    guard protocols.version == .tls12 else { return }
    if earlyData != nil { throw ValidationError("--early-data is not in TLS 1.2") }
    if keyUpdate { throw ValidationError("--key-update is not in TLS 1.2") }
  }

  func run() throws {
    let rehearsal = try rehearsal()
    let pair: EnginePair
    do {
      if resume || earlyData != nil { try rehearsal.firstConnection() }
      pair = try rehearsal.handshake(early: earlyData)
      if keyUpdate { try Rehearsal.updateKeys(pair) }
    } catch let failure as PairFailure {
      throw CommandFailure.failed("\(failure.reason)" + (failure.cause.map { ": \($0)" } ?? ""))
    }
    guard let report = HandshakeReport(pair) else {
      throw CommandFailure.failed("the handshake is not done")
    }
    print(json ? try report.json() : report.ladder())
  }

  private func rehearsal() throws -> Rehearsal {
    let authority = try TestIdentity.authority()
    var server = TLSConfiguration()
    protocols.apply(to: &server)
    server.ringCapacity = RingCapacity(capacity)
    server.trust = authority.trust
    server.tickets = .whenIssued
    if let earlyData { server.earlyData = .upTo(max(1, min(earlyData.utf8.count, 1 << 20))) }
    if psk { server.shareKey() }
    var client = server
    if resume || earlyData != nil { client.sessionStore = SessionStore() }
    if !psk {
      server.identities = [
        try authority.issue(.server, "localhost", names: [.dns("localhost")]).identity
      ]
    }
    if mutual {
      server.clientCertificates = .require
      client.identities = [try authority.issue(.client, "user").identity]
    }
    return try Rehearsal(
      client: TLSContext(client), server: TLSContext(server),
      wire: chunk.map { .bytes($0) } ?? .whole)
  }
}

extension TLSConfiguration {
  fileprivate mutating func shareKey() {
    let key = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
    preSharedKeys = PreSharedKeys([ExternalPSK(identity: "memtls", key: key)])
    if cipherSuites == CipherSuite.recommended { cipherSuites += CipherSuite.preShared }
  }
}
