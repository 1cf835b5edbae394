public import MemoryTLS

/// A log taken apart: its records, decrypted where secrets are known, and the messages in them.
///
/// TLS 1.3, and TLS 1.2 with authenticated encryption, are decrypted with the secrets of
/// ``FlightLog/Metadata-swift.struct/keyLog`` and those given. Nothing is checked but what decryption
/// checks, and nothing guessed: what is not there, or does not authenticate, is told.
public struct Dissection: Sendable {
  /// The log as it was given.
  public let log: FlightLog
  /// The records, in the order in which their last bytes arrived.
  public let records: [DissectedRecord]
  /// The messages in the order in which they were complete.
  public let messages: [DissectedMessage]
  /// What each direction ends with that is no whole record, and messages that lack their end.
  public let rests: [Rest]
  /// What was agreed on; nil without a ServerHello.
  public let version: ProtocolVersion?
  /// What was agreed on; nil without a ServerHello.
  public let cipherSuite: CipherSuite?
  /// The name of the server that the client asked for.
  public let serverName: String?
  /// The random of the first ClientHello: 32 bytes.
  public let clientRandom: [UInt8]?

  /// Bytes that are no whole record or message.
  public struct Rest: Sendable, Hashable {
    /// Which way they travel.
    public let direction: Direction
    /// The number of the flight in which they begin, from 0.
    public let flight: Int
    /// Where they begin in that flight, in bytes; of a message where its first record begins.
    public let offset: Int
    /// How many they are.
    public let byteCount: Int
    /// What they are, in words, such as `a record cut short: 3 of 517 bytes`.
    public let reason: String
  }

  /// Takes a log apart.
  ///
  /// - Parameters:
  ///   - log: Flights of one connection, from its beginning on.
  ///   - keyLog: Secrets beside those that the log has.
  public init(_ log: FlightLog, keyLog: KeyLog = KeyLog(lines: [])) {
    var dissector = Dissector(log, [KeyLog(lines: log.metadata.keyLog), keyLog])
    dissector.run()
    self.log = log
    (records, messages, rests) = (dissector.records, dissector.messages, dissector.rests)
    let decryption = dissector.decryption
    (version, cipherSuite) = (decryption.version, decryption.cipherSuite)
    let hello = messages.first { $0.message.handshakeType == .clientHello }
      .flatMap { ClientHello(message: $0.message.bytes) }
    (serverName, clientRandom) = (hello?.serverName, hello?.random)
  }

  /// The randoms of all ClientHellos that could be read: one for each handshake. Those of handshakes
  /// after the first are encrypted under the keys of the one before them.
  public var clientRandoms: Set<[UInt8]> {
    let hellos = messages.lazy.filter { $0.message.handshakeType == .clientHello }
    return Set(hellos.compactMap { ClientHello(message: $0.message.bytes)?.random })
  }

  /// The same log, its notes replaced by the messages that could be read, each with the flight in which
  /// it begins.
  public var annotated: FlightLog {
    var notes: [Int: [FlightNote]] = [:]
    for message in messages { notes[message.flight, default: []].append(.message(message.message)) }
    var annotated = FlightLog(metadata: log.metadata)
    for (index, flight) in log.flights.enumerated() {
      annotated.append(flight.bytes, flight.direction, notes: notes[index] ?? [], at: flight.time)
    }
    return annotated
  }
}
