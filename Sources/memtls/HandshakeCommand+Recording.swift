import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting

// What a recording of `memtls handshake` says of itself, so that it can be had again.

extension HandshakeCommand {
  /// The pair's flights, with all that made them; without plaintext unless secrets may be kept or
  /// follow from the seed anyway.
  func recorded(
    _ pair: EnginePair, _ contents: FlightRecorder.Contents
  ) throws(CommandFailure) -> FlightLog {
    var log = pair.log
    if contents == .withoutSecrets, repetition.seed == nil { log = log.withoutPlaintext }
    log.metadata.openssl = OpenSSLVersion.text
    log.metadata.role = .both
    log.metadata.serverName = "localhost"
    log.metadata.options = recordedOptions(
      keepsPlaintext: repetition.seed != nil || contents == .withSecrets)
    if let seed = repetition.seed {
      (log.metadata.clientSeed, log.metadata.serverSeed) = (seed, ~seed)
      log.metadata.identity = seed
    }
    if case .fixed(let seconds) = repetition.clock { log.metadata.time = seconds }
    while contents == .withSecrets, let event = pair.client.engine.nextEvent() {
      if case .keyLog(let line) = event { log.metadata.keyLog.append(line) }
    }
    return log
  }

  /// The options that change what is sent, each with its value as a shell would read it; seed and time
  /// have lines of their own.
  private func recordedOptions(keepsPlaintext: Bool) -> [String] {
    let valued: [(String, String?)] = [
      ("--tls", protocols.version?.rawValue),
      ("--alpn", protocols.alpn.names.isEmpty ? nil : protocols.alpn.names.joined(separator: ",")),
      ("--group", protocols.group?.text), ("--ciphers", protocols.ciphers?.text),
      ("--early-data", keepsPlaintext ? earlyData : nil),
      ("--capacity", capacity == 17408 ? nil : "\(capacity)"),
      ("--chunk", chunk.map(String.init)),
    ]
    let flags = [
      ("--mutual", mutual), ("--resume", resume), ("--psk", psk), ("--key-update", keyUpdate),
    ]
    return valued.compactMap { name, value in value.map { "\(name) \(ShellWords.quoted($0))" } }
      + flags.filter(\.1).map(\.0)
  }
}

extension CodePoints {
  /// The names as they are given.
  fileprivate var text: String { values.map(\.description).joined(separator: ",") }
}

extension FlightLog {
  /// The log without what applications wrote.
  fileprivate var withoutPlaintext: FlightLog {
    var log = FlightLog(metadata: metadata)
    for flight in flights {
      let notes = flight.notes.filter { $0.message != nil }
      log.append(flight.bytes, flight.direction, notes: notes, at: flight.time)
    }
    return log
  }
}
