import Foundation
import MemoryTLS
import MemoryTLSTransport

/// What is said about a connection on stderr.
enum Summary {
  /// What was agreed on, and with whom.
  static func negotiated(_ engine: TLSEngine) -> String {
    guard let negotiated = engine.negotiated else { return "nothing negotiated" }
    let peer = negotiated.peerCertificates.first
    return [
      "\(negotiated.version)", "\(negotiated.cipherSuite)",
      negotiated.group.map { "\($0)" },
      negotiated.applicationProtocol.map { "ALPN \($0)" },
      negotiated.pskIdentity.map { "key \(String(decoding: $0, as: UTF8.self))" },
      negotiated.resumed ? "resumed" : nil,
      engine.earlyData.map(early),
      engine.stapledOCSPResponse == nil ? nil : "OCSP good",
      engine.role == .server ? negotiated.serverName.map { "for \($0)" } : nil,
      peer.map { "peer \($0.subject)" },
    ].compactMap { $0 }.joined(separator: ", ")
  }

  /// What became of early data; a server does not know how much it skipped.
  static func early(_ outcome: EarlyDataOutcome) -> String {
    let size = outcome.bytes > 0 ? "\(bytes(outcome.bytes)) of " : ""
    return size + "early data \(outcome.verdict)"
  }

  /// What the peer proved itself with, a line for each certificate.
  static func certificates(_ engine: TLSEngine) -> [String] {
    (engine.negotiated?.peerCertificates ?? []).enumerated().map { index, certificate in
      let end = Date(timeIntervalSince1970: Double(certificate.notAfter))
        .formatted(.iso8601.year().month().day())
      return "certificate \(index): \(certificate.subject), says \(certificate.issuer), "
        + "until \(end), SHA-256 \(Fingerprint(certificate.fingerprint).text)"
    }
  }

  /// Bytes of plaintext each way.
  typealias Moved = (sent: Int, received: Int)

  /// How much plaintext went each way, early data included.
  static func moved<Base>(_ stream: TLSStream<Base>, early: Moved) -> String {
    let sent = stream.plaintextWritten + early.sent
    return "sent \(bytes(sent)), received \(bytes(stream.plaintextRead + early.received))"
  }

  /// How much plaintext went each way, over all connections.
  static func moved(_ traffic: Traffic) -> String {
    "sent \(bytes(traffic.sent)), received \(bytes(traffic.received))"
  }

  /// What became of the connections of a listener.
  static func served(_ counts: Service.Counts) -> String {
    let noun = counts.started == 1 ? "connection" : "connections"
    let bad = [(counts.failed, "failed"), (counts.interrupted, "interrupted")]
      .filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }.joined()
    return "served \(counts.started) \(noun)\(bad)"
  }

  /// Seconds with two decimals.
  static func time(_ duration: Duration) -> String {
    String(format: "%.2f s", duration / .seconds(1))
  }

  /// Bytes with a binary unit, three digits or so.
  static func size(_ count: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var (value, unit) = (Double(count), 0)
    while value >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
    return unit == 0 ? "\(count) B" : String(format: "%.1f \(units[unit])", value)
  }

  private static func bytes(_ count: Int) -> String { count == 1 ? "1 byte" : "\(count) bytes" }
}
