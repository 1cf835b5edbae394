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

      With a seed everything random comes from it, certificates and keys too, and
      the clock stands still: the same options give the same bytes every time, as
      long as OpenSSL is the same. The SHA-256 of each flight stands below it; in
      --json it always is. Certificates are valid from 2020 to 2049.

        memtls handshake --seed 1
        memtls handshake --seed 1 --time 2026-01-31T12:00:00Z --resume

      On a wire that is not to be relied on, both ends talk and close afterwards.
      A fault is 'SIDE: WHAT' or 'SIDE flight N: WHAT'. SIDE is client or server,
      whose bytes these are; WHAT is one of

        cut after 100 bytes              the rest is lost, and the peer waits
        end after 100 bytes              the same, and the peer is told
        flip bit 3 of byte 17
        insert 15030300020100 at 40
        drop record 2                    or: drop 16 bytes at 40
        duplicate record 2
        swap record 2 with the next
        delay record 2 by 1 turn
        reflect record 2                 back to who sent it

      Flights and records count from 1, offsets and bits from 0. A sweep tries all
      of that at every place of both versions. Exit 1 if the connection failed
      under the fault, or if a case of a sweep broke a rule.

        memtls handshake --fault 'server flight 1: flip bit 3 of byte 17'
        memtls handshake --sweep --sample 0.1
      """)

  @OptionGroup(title: "What to negotiate") var protocols: ProtocolOptions

  @OptionGroup(title: "The same every time") var repetition: RepetitionOptions

  @OptionGroup(title: "What goes wrong") var faults: FaultOptions

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

  @OptionGroup(title: "What to record") var records: RecordOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if let chunk, chunk < 1 { throw ValidationError("--chunk \(chunk) is less than 1 byte") }
    if earlyData?.isEmpty == true { throw ValidationError("--early-data '' sends nothing") }
    if records.record != nil, faults.fault != nil || faults.sweep {
      throw ValidationError("--record is for a wire that works, not for --fault and --sweep")
    }
    if psk, mutual { throw ValidationError("--psk and --mutual contradict each other") }
    guard protocols.version == .tls12 else { return }
    if earlyData != nil { throw ValidationError("--early-data is not in TLS 1.2") }
    if keyUpdate { throw ValidationError("--key-update is not in TLS 1.2") }
  }

  func run() throws {
    do {
      if let fault = faults.fault { return try endure(fault) }
      try faults.sweep ? sweepFaults() : shakeHands()
    } catch let failure as PairFailure {
      throw CommandFailure.failed(failure.summary)
    }
  }

  private func shakeHands() throws {
    let file = try RecordingFile(records)
    let pair = try pair()
    try Rehearsal.shakeHands(pair, early: earlyData)
    if keyUpdate { try Rehearsal.updateKeys(pair) }
    guard let report = HandshakeReport(pair) else {
      throw CommandFailure.failed("the handshake is not done")
    }
    let digests = repetition.seed == nil ? HandshakeReport.Digests.hidden : .shown
    try Output.print(json ? report.json() : report.ladder(digests))
    if let file { say(try file.write(recorded(pair, file.contents))) }
  }

  /// A client and a server that have not begun; those that resume have met before.
  func pair() throws -> EnginePair {
    let settings = try settings()
    return try resume || earlyData != nil ? settings.secondPair() : settings.pair()
  }

  func settings() throws(TLSError) -> PairSettings {
    var settings = try PairSettings(seed: repetition.seed)
    settings.clock = repetition.clock
    settings.wire = chunk.map { .bytes($0) } ?? .whole
    apply(to: &settings.client)
    apply(to: &settings.server)
    settings.server.tickets = .whenIssued
    if psk { settings.shareKey(named: "memtls") }
    if mutual {
      settings.server.clientCertificates = .require
      settings.client.identities = [try settings.authority.issue(.client, "user").identity]
    }
    return settings
  }

  /// What both ends have in common.
  private func apply(to configuration: inout TLSConfiguration) {
    protocols.apply(to: &configuration)
    configuration.ringCapacity = RingCapacity(capacity)
    if records.recordSecrets { configuration.logsSecrets = .asEvents }
    if let earlyData {
      configuration.earlyData = .upTo(max(1, min(earlyData.utf8.count, 1 << 20)))
    }
  }
}
