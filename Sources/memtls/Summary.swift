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
      negotiated.resumed ? "resumed" : nil,
      engine.role == .server ? negotiated.serverName.map { "for \($0)" } : nil,
      peer.map { "peer \($0.subject)" },
    ].compactMap { $0 }.joined(separator: ", ")
  }

  /// How much plaintext went each way.
  static func moved<Base>(_ stream: TLSStream<Base>) -> String {
    "sent \(bytes(stream.plaintextWritten)), received \(bytes(stream.plaintextRead))"
  }

  private static func bytes(_ count: Int) -> String { count == 1 ? "1 byte" : "\(count) bytes" }
}
