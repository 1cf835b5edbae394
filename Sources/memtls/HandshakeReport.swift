import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting

/// What a handshake in memory came to, for people and for scripts.
struct HandshakeReport {
  private let negotiated: Negotiated
  private let clientCertificate: Certificate?
  private let log: FlightLog
  private let earlyData: EarlyDataOutcome?
  private let keyUpdates: Int
  private let steps: (client: Int, server: Int)

  /// Nil if the handshake is not done on both sides.
  init?(_ pair: EnginePair) {
    guard let negotiated = pair.client.engine.negotiated, let server = pair.server.engine.negotiated
    else { return nil }
    self.negotiated = negotiated
    clientCertificate = server.peerCertificates.first
    log = pair.log
    earlyData = pair.client.engine.earlyData
    keyUpdates = pair.client.engine.keyUpdates.sent
    steps = (pair.client.steps, pair.server.steps)
  }

  /// Whether people see the SHA-256 of each flight.
  enum Digests {
    case shown
    case hidden
  }

  /// The ladder, what was agreed on, and the number of steps.
  func ladder(_ digests: Digests) -> String {
    let agreed = [
      "\(negotiated)", earlyData.map(Summary.early), keyUpdates > 0 ? "keys changed" : nil,
    ].compactMap { $0 }.joined(separator: ", ")
    var lines = [Self.ladder(of: log, digests), "", agreed]
    if let server = negotiated.peerCertificates.first {
      lines.append("the server is \(server.subject), says \(server.issuer)")
    }
    if let clientCertificate {
      lines.append("the client is \(clientCertificate.subject), says \(clientCertificate.issuer)")
    }
    lines.append("\(steps.client) steps of the client, \(steps.server) of the server")
    return lines.joined(separator: "\n")
  }

  static func ladder(of log: FlightLog, _ digests: Digests) -> String {
    log.ladder { digests == .shown ? [Hexadecimal.text($0.sha256)] : [] }
  }

  /// One JSON object.
  func json() throws -> String { try Document(self).json() }

  private struct Document: Encodable {
    let version: String
    let cipher: String
    let group: Nullable<String>
    let signature: Nullable<String>
    let alpn: Nullable<String>
    let resumed: Bool
    let psk: Nullable<String>
    let earlyData: Nullable<EarlyDataDocument>
    let keyUpdates: Int
    let steps: Steps
    let flights: [FlightDocument]

    init(_ report: HandshakeReport) {
      let negotiated = report.negotiated
      version = "\(negotiated.version)"
      cipher = "\(negotiated.cipherSuite)"
      group = Nullable(value: negotiated.group?.description)
      signature = Nullable(value: negotiated.signatureScheme?.description)
      alpn = Nullable(value: negotiated.applicationProtocol)
      resumed = negotiated.resumed
      psk = Nullable(value: negotiated.pskIdentity.map { String(decoding: $0, as: UTF8.self) })
      earlyData = Nullable(value: report.earlyData.map(EarlyDataDocument.init))
      keyUpdates = report.keyUpdates
      steps = Steps(client: report.steps.client, server: report.steps.server)
      flights = report.log.flights.map(FlightDocument.init)
    }
  }

  private struct EarlyDataDocument: Encodable {
    let bytes: Int
    let accepted: Bool

    init(_ outcome: EarlyDataOutcome) {
      (bytes, accepted) = (outcome.bytes, outcome.verdict == .accepted)
    }
  }

  private struct Steps: Encodable {
    let client: Int
    let server: Int
  }

  struct FlightDocument: Encodable {
    let from: String
    let bytes: Int
    let messages: [String]
    let records: [RecordDocument]
    let sha256: String

    init(_ flight: Flight) {
      from = flight.direction.sender
      bytes = flight.bytes.count
      messages = flight.messages
      sha256 = Hexadecimal.text(flight.sha256)
      records = flight.records.map {
        RecordDocument(type: "\($0.contentType)", bytes: $0.byteCount)
      }
    }
  }

  struct RecordDocument: Encodable {
    let type: String
    let bytes: Int
  }
}
