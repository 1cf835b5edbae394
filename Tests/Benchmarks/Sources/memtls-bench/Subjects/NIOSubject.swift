#if NIOSSL
  import NIOCore
  import NIOEmbedded
  import NIOSSL

  /// swift-nio-ssl, which brings BoringSSL along, in two embedded channels.
  final class NIOSubject: Subject {
    private let contexts: NIOContexts
    private let message = ByteBuffer(repeating: 0x78, count: 64)
    private var plaintext = ByteBuffer()
    private var connection: NIOPair?
    private var kept: [NIOPair] = []

    /// - Throws: ``Unsupported`` for what its public API has no setting for.
    init(_ scenario: Scenario, _ credentials: Credentials) throws {
      guard !scenario.isResumed else { throw Unsupported(description: "it resumes no sessions") }
      guard scenario.hasTickets else {
        throw Unsupported(description: "it cannot be told to give out no tickets")
      }
      contexts = try NIOContexts(scenario, credentials)
      guard scenario.suite != .preferred else { return }
      guard try NIOPair(contexts).negotiatedSuite() == scenario.suite.rawValue else {
        throw Unsupported(description: "it cannot be told which suite of TLS 1.3 to take")
      }
    }

    func connect(_ count: Int) throws {
      for _ in 0..<count {
        let pair = try opened()
        try pair.send(message)
        try pair.answer(message)
      }
    }

    func transfer(_ count: Int, of size: Int) throws {
      let pair = try openPair()
      if plaintext.readableBytes != size { plaintext = ByteBuffer(repeating: 0x78, count: size) }
      for _ in 0..<count { try pair.send(plaintext) }
    }

    func pingPong(_ count: Int) throws {
      let pair = try openPair()
      for _ in 0..<count {
        try pair.send(message)
        try pair.answer(message)
      }
    }

    private func openPair() throws -> NIOPair {
      if let connection { return connection }
      let pair = try opened()
      connection = pair
      return pair
    }

    private func opened() throws -> NIOPair {
      let pair = try NIOPair(contexts)
      try pair.open()
      return pair
    }
  }

  extension NIOSubject: Keeping {
    func keep(_ count: Int) throws {
      kept.reserveCapacity(kept.count + count)
      for _ in 0..<count { kept.append(try opened()) }
    }

    func move(_ size: Int) throws {
      let plaintext = ByteBuffer(repeating: 0x78, count: size)
      for pair in kept {
        try pair.send(plaintext)
        try pair.answer(plaintext)
      }
    }

    func releaseIdleBuffers() throws -> Bool { false }
  }

  extension NIOPair {
    /// The suite of the ServerHello, which is the first thing that a server sends: there is no other way
    /// to learn it. Nothing goes on from there.
    fileprivate func negotiatedSuite() throws -> UInt16? {
      _ = try carryToServer()
      guard let flight = try server.readOutbound(as: ByteBuffer.self) else { return nil }
      // RFC 8446 §5.1 and §4.1.3: a record's header, a message's, legacy_version and random; then
      // legacy_session_id_echo behind its length, and the suite.
      let session = flight.readerIndex + 5 + 4 + 2 + 32
      guard let length = flight.getInteger(at: session, as: UInt8.self) else { return nil }
      return flight.getInteger(at: session + 1 + Int(length))
    }
  }
#endif
