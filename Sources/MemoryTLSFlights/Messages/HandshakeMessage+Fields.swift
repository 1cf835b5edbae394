public import MemoryTLS

extension HandshakeMessage {
  /// The message taken apart.
  ///
  /// - Parameters:
  ///   - version: What was agreed on; a ClientHello is the same in all.
  ///   - cipherSuite: What was agreed on, which says how keys are exchanged before TLS 1.3. Without it
  ///     those messages are one field.
  /// - Returns: fields that together are the message; what is malformed is among them.
  public func fields(
    in version: ProtocolVersion, cipherSuite: CipherSuite? = nil
  ) -> [MessageField] {
    FieldReader.fields(of: bytes) { reader throws(FieldReader.Malformed) in
      try reader.codePoint("msg_type", as: HandshakeType.self)
      try reader.number("length", 3)
      try readBody(&reader, version, cipherSuite)
      return ""
    }
  }

  private func readBody(
    _ reader: inout FieldReader, _ version: ProtocolVersion, _ cipherSuite: CipherSuite?
  ) throws(FieldReader.Malformed) {
    switch type {
    case .clientHello: try reader.clientHello()
    case .serverHello: try reader.serverHello(isRetry: isHelloRetryRequest)
    case .encryptedExtensions: try reader.extensions(in: .encryptedExtensions)
    case .certificate: try reader.certificates(version)
    case .certificateRequest: try reader.certificateRequest(version)
    case .certificateVerify: try reader.signature(version)
    case .certificateStatus: try reader.certificateStatus()
    case .compressedCertificate: try reader.compressedCertificate()
    case .serverKeyExchange: try reader.serverKeyExchange(version, cipherSuite)
    case .clientKeyExchange: try reader.clientKeyExchange(cipherSuite)
    case .finished: try reader.bytes("verify_data", reader.remaining, .volatile)
    case .newSessionTicket: try reader.newSessionTicket(version)
    case .keyUpdate: try reader.keyUpdate()
    case .helloRequest, .serverHelloDone, .endOfEarlyData: break
    default:
      if !reader.isAtEnd { try reader.bytes("body", reader.remaining) }
    }
  }
}

extension ProtocolMessage {
  /// The message taken apart: as ``HandshakeMessage/fields(in:cipherSuite:)``, and alerts, data and the
  /// rest too.
  ///
  /// - Parameters:
  ///   - version: What was agreed on.
  ///   - cipherSuite: What was agreed on.
  /// - Returns: fields that together are the message.
  public func fields(
    in version: ProtocolVersion, cipherSuite: CipherSuite? = nil
  ) -> [MessageField] {
    if contentType == .handshake, let message = HandshakeMessage(bytes: bytes) {
      return message.fields(in: version, cipherSuite: cipherSuite)
    }
    return FieldReader.fields(of: bytes) { reader throws(FieldReader.Malformed) in
      switch contentType {
      case .alert: try reader.alert()
      case .changeCipherSpec: try reader.number("type", 1)
      // A message cut short, whose length is that of no message.
      case .handshake: break
      default: try reader.bytes("\(contentType)", reader.remaining)
      }
      return ""
    }
  }
}
