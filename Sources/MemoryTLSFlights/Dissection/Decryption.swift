import MemoryTLS

/// What a connection's records are protected with, as it follows from its messages.
///
/// Theory. Each direction is in the clear, then under one key after another. In TLS 1.3 the keys of an
/// epoch (early data, handshake, data) follow from a secret of the key log, and end with a message:
/// EndOfEarlyData, Finished, KeyUpdate. A message that nobody could read ends nothing, so that a record
/// which the present keys do not open is tried with those of the next epoch. In TLS 1.2
/// change_cipher_spec brings new keys, made of the last hellos and the master secret.
struct Decryption {
  /// The first that has a secret is believed.
  private let keyLogs: [KeyLog]
  private var clientHello: ClientHello?
  private var serverHello: HandshakeMessage.ServerHello?
  private var client = Protection.none
  private var server = Protection.none

  /// One direction's.
  private enum Protection {
    case none
    case tls13(Epochs)
    case tls12(RecordKeys)
    /// Changed, but nothing says to what.
    case changed
    case unknown(reason: String)
  }

  typealias Outcome = (content: DissectedRecord.Content, plaintext: [UInt8]?)

  init(_ keyLogs: [KeyLog]) { self.keyLogs = keyLogs }

  var version: ProtocolVersion? { serverHello?.version }
  var cipherSuite: CipherSuite? { serverHello?.cipherSuite }

  private subscript(direction: Direction) -> Protection {
    get { direction == .clientToServer ? client : server }
    set { if direction == .clientToServer { client = newValue } else { server = newValue } }
  }
}

// MARK: - Opening records

extension Decryption {
  /// What is in a record, header included.
  mutating func open(
    _ record: ArraySlice<UInt8>, _ type: ContentType, _ direction: Direction
  ) -> Outcome {
    switch self[direction] {
    case .none where type == .applicationData:
      return (.unreadable("sent before there are keys"), nil)
    // In TLS 1.3 everything else is in the clear, alerts of those who have no keys yet for instance.
    case .tls13 where type != .applicationData, .none:
      return (.plaintext, Array(record.dropFirst(5)))
    case .tls13(var epochs):
      self[direction] = .none
      let outcome = epochs.open(record)
      self[direction] = .tls13(epochs)
      return outcome
    case .tls12(var keys):
      let opened = keys.open(record)
      self[direction] = .tls12(keys)
      guard let opened else { return (.unreadable("does not authenticate"), nil) }
      return opened.outcome
    case .changed:
      let isClear = isWholeMessage(record, type)
      return isClear
        ? (.plaintext, Array(record.dropFirst(5)))
        : (.unreadable("protected as a hello says that is not here"), nil)
    case .unknown(let reason): return (.unreadable(reason), nil)
    }
  }

  /// Whether a record carries just one handshake message or alert, as it does in the clear.
  private func isWholeMessage(_ record: ArraySlice<UInt8>, _ type: ContentType) -> Bool {
    let body = record.dropFirst(5)
    guard type == .handshake else { return type == .alert && body.count == 2 }
    return body.count >= 4 && HandshakeMessage.byteCount(header: body.prefix(4)) == body.count
  }
}

// MARK: - Following messages

extension Decryption {
  /// Takes note of a message that was read.
  mutating func note(_ message: HandshakeMessage, _ direction: Direction) {
    switch (message.type, direction) {
    case (.clientHello, .clientToServer):
      guard let hello = ClientHello(message: message.bytes) else { return }
      clientHello = hello
      if version == nil { expectEarlyData(hello) }
    case (.serverHello, .serverToClient):
      var body = ByteReader(message.body)
      guard let hello = HandshakeMessage.ServerHello(&body), body.isAtEnd else { return }
      agree(on: hello, isRetry: message.isHelloRetryRequest)
    case (.endOfEarlyData, _), (.finished, _), (.keyUpdate, _):
      guard case .tls13(var epochs) = self[direction] else { return }
      epochs.note(message.type)
      self[direction] = .tls13(epochs)
    default: break
    }
  }

  /// In TLS 1.2 what follows is protected with what the last hellos agreed on.
  mutating func changeCipher(_ direction: Direction) {
    if case .tls13 = self[direction] { return }
    guard version ?? .tls12 < .tls13 else { return }
    guard let serverHello, let clientHello else { return self[direction] = .changed }
    do throws(RecordProtection.Unavailable) {
      self[direction] = .tls12(try keys(direction, clientHello, serverHello))
    } catch {
      self[direction] = .unknown(reason: error.reason)
    }
  }

  private func keys(
    _ direction: Direction, _ client: ClientHello, _ server: HandshakeMessage.ServerHello
  ) throws(RecordProtection.Unavailable) -> RecordKeys {
    let protection = try RecordProtection(server.cipherSuite)
    guard server.legacyCompressionMethod == 0 else { throw .init(reason: "compressed") }
    var keys = try RecordKeys(
      tls12: try secret(.clientRandom, client.random), protection, direction,
      clientRandom: client.random, serverRandom: server.random)
    keys.begin()
    return keys
  }

  /// Nobody says what early data is protected with: one of the offered suites.
  private mutating func expectEarlyData(_ hello: ClientHello) {
    guard hello[.earlyData] != nil, case .none = client else { return }
    var offered: Set<CipherSuite> = []
    let suites = hello.cipherSuites.filter { $0.isTLS13 && offered.insert($0).inserted }
    client = .tls13(Epochs([epoch(.clientEarlyTraffic, hello.random, suites)]))
  }

  private mutating func agree(on hello: HandshakeMessage.ServerHello, isRetry: Bool) {
    if case .tls13 = server { return }
    serverHello = hello
    guard hello.version >= .tls13, !isRetry, let random = clientHello?.random else { return }
    func epochs(_ labels: [KeyLog.Label]) -> [Epoch] {
      labels.map { epoch($0, random, [hello.cipherSuite]) }
    }
    server = .tls13(Epochs(epochs([.serverHandshakeTraffic, .serverTraffic])))
    let clients = epochs([.clientHandshakeTraffic, .clientTraffic])
    guard case .tls13(var early) = client else { return client = .tls13(Epochs(clients)) }
    early.append(clients)
    client = .tls13(early)
  }

  private func epoch(
    _ label: KeyLog.Label, _ random: [UInt8], _ suites: [CipherSuite]
  ) -> Epoch {
    do throws(RecordProtection.Unavailable) {
      return Epoch(label, try secret(label, random), suites)
    } catch {
      return Epoch(label, because: error.reason)
    }
  }

  private func secret(
    _ label: KeyLog.Label, _ random: [UInt8]
  ) throws(RecordProtection.Unavailable) -> [UInt8] {
    for keyLog in keyLogs {
      if let secret = keyLog.secret(label, clientRandom: random) { return secret }
    }
    let digits = Hexadecimal.text(random.prefix(4))
    throw .init(reason: "no secret \(label) for client random \(digits)..")
  }
}
