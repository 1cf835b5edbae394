public import MemoryTLS

/// A handshake message: its type, the length of its body in 3 bytes, and the body (RFC 8446 §4, RFC
/// 5246 §7.4).
public struct HandshakeMessage: Sendable, Hashable {
  /// What kind of message it is.
  public let type: HandshakeType
  /// The whole message.
  public let bytes: [UInt8]

  /// Nil if the length is not that of what follows.
  public init?(bytes: [UInt8]) {
    guard bytes.count >= 4, Self.byteCount(header: bytes.prefix(4)) == bytes.count else {
      return nil
    }
    type = HandshakeType(rawValue: bytes[0])
    self.bytes = bytes
  }

  /// What follows the type and the length.
  public var body: ArraySlice<UInt8> { bytes.dropFirst(4) }

  /// How long a message is in all, by its first 4 bytes.
  static func byteCount(header: ArraySlice<UInt8>) -> Int {
    4 + header.dropFirst().prefix(3).reduce(0) { $0 << 8 | Int($1) }
  }

  /// Whether it is a ServerHello that asks for another ClientHello (RFC 8446 §4.1.3).
  var isHelloRetryRequest: Bool {
    type == .serverHello && body.dropFirst(2).starts(with: ServerHello.retryRandom)
  }
}

// MARK: - What it says

extension HandshakeMessage {
  /// A message that is understood.
  public enum Content: Sendable, Hashable {
    /// A client's first message.
    case clientHello(ClientHello)
    /// A server's answer.
    case serverHello(ServerHello)
    /// A server's wish for another ClientHello; it has the form of a ServerHello.
    case helloRetryRequest(ServerHello)
    /// What else a server of TLS 1.3 answers.
    case encryptedExtensions([HelloExtension])
    /// The sender's certificates.
    case certificate(CertificateList)
    /// A server's wish for the client's certificate.
    case certificateRequest(CertificateRequest)
    /// The proof that the certificate is the sender's.
    case certificateVerify(CertificateVerify)
    /// The end of one side's handshake: the verify data.
    case finished([UInt8])
    /// A ticket for resumption.
    case newSessionTicket(NewSessionTicket)
    /// New traffic keys; whether the peer is to change its own too.
    case keyUpdate(isRequested: Bool)
    /// A message without content: HelloRequest, ServerHelloDone or EndOfEarlyData.
    case empty
    /// A message that only its fields take apart, or of an unknown type: the body.
    case opaque([UInt8])
  }

  /// Reads it strictly, as it stands in a version.
  ///
  /// - Returns: nil if it is malformed.
  public func content(in version: ProtocolVersion) -> Content? {
    var reader = ByteReader(body)
    let content = content(in: version, &reader)
    return reader.isAtEnd ? content : nil
  }

  private func content(in version: ProtocolVersion, _ reader: inout ByteReader) -> Content? {
    switch type {
    case .clientHello:
      _ = reader.bytes(body.count)
      return ClientHello(message: bytes).map { .clientHello($0) }
    case .serverHello:
      let isRetry = isHelloRetryRequest
      return ServerHello(&reader).map { isRetry ? .helloRetryRequest($0) : .serverHello($0) }
    case .encryptedExtensions:
      guard !reader.isAtEnd else { return nil }
      return HelloExtension.list(&reader).map { .encryptedExtensions($0) }
    case .certificate: return CertificateList(&reader, version).map { .certificate($0) }
    case .certificateRequest:
      return CertificateRequest(&reader, version).map { .certificateRequest($0) }
    case .certificateVerify: return CertificateVerify(&reader).map { .certificateVerify($0) }
    case .newSessionTicket: return NewSessionTicket(&reader, version).map { .newSessionTicket($0) }
    case .keyUpdate:
      guard let request = reader.byte(), request < 2 else { return nil }
      return .keyUpdate(isRequested: request == 1)
    case .helloRequest, .serverHelloDone, .endOfEarlyData: return .empty
    case .finished: return reader.bytes(body.count).map { .finished($0) }
    default: return reader.bytes(body.count).map { .opaque($0) }
    }
  }
}
