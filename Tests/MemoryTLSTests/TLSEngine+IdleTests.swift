import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Engines that give their buffers back.
@Suite(.withAllAndNeededAlgorithms) struct IdleTests {
  @Test(arguments: versions, bothRoles)
  func `an idle engine gives its buffers back, and the next call that moves bytes makes them anew`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let puppets = try Settings(version).open()
    let (idle, peer) = (puppets[isServer], puppets[!isServer])
    let wanted = idle.engine.wantedCiphertext
    for _ in 0..<2 {
      #expect(idle.engine.releaseIdleBuffers())
      #expect(!idle.engine.hasBuffers && idle.engine.ringSizes == [1, 1])
      #expect(idle.engine.releaseIdleBuffers())
      #expect(idle.engine.ciphertextCapacity == 17_408)
      #expect(idle.engine.wantedCiphertext == wanted || wanted == 5)
      #expect(idle.engine.pull().isEmpty && idle.engine.pendingCiphertext == 0)
      #expect([UInt8](capacity: 9) { out in idle.engine.pull(into: &out) }.isEmpty)
      idle.engine.withPendingCiphertext { bytes in
        #expect(bytes.count == 0)
        return 0
      }
      #expect(ERR_peek_error() == 0)
      #expect(throws: Never.self) {
        try idle.engine.exportKeyingMaterial(label: "EXPERIMENTAL idle", count: 32)
      }
      #expect(!idle.engine.hasBuffers)
      try peer.write(text(20_000))
      idle.take(peer.news())
      #expect(idle.engine.hasBuffers && idle.engine.ringSizes == [17_408, 17_408])
    }
    #expect(idle.received == text(20_000) + text(20_000))
    #expect(idle.engine.releaseIdleBuffers())
    try idle.write(text(30_000))
    peer.take(idle.news())
    #expect(peer.received == text(30_000))
  }

  @Test(arguments: versions, bothRoles)
  func `lent free space is there at once`(version: ProtocolVersion, isServer: Bool) throws {
    let puppets = try Settings(version).capacity(600).open()
    let (idle, peer) = (puppets[isServer], puppets[!isServer])
    #expect(idle.engine.releaseIdleBuffers())
    try peer.write(text(100))
    idle.engine.withFreeSpace { out in
      #expect(out.freeCapacity == 600)
      for byte in peer.news() { out.append(byte) }
    }
    idle.run()
    #expect(idle.received == text(100))
  }

  @Test(arguments: versions, bothRoles)
  func `nothing is given back while anything is under way`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let puppets = try Settings(version).open()
    let (engine, peer) = (puppets[isServer].engine, puppets[!isServer])
    try peer.write(text(1000))
    let record = peer.news()
    // A part of a header, the header alone, a part of the body; each pushed, and read as far as it goes.
    for part in [0..<3, 3..<5, 5..<100, 100..<record.count] {
      #expect(try engine.push(Array(record[part])) == part.count)
      #expect(!engine.releaseIdleBuffers())
      let (bytes, _) = try engine.read(upTo: 400)
      #expect(!engine.releaseIdleBuffers())
      #expect(bytes == (part.upperBound == record.count ? Array(text(1000)[..<400]) : []))
    }
    #expect(try engine.read().bytes == Array(text(1000)[400...]))
    #expect(engine.releaseIdleBuffers())
    _ = try engine.write(text(10))
    #expect(!engine.releaseIdleBuffers())
    _ = engine.pull(upTo: 5)
    #expect(!engine.releaseIdleBuffers())
    _ = engine.pull()
    #expect(engine.releaseIdleBuffers())
  }

  @Test func `nothing is given back while an answer to a key update is owed`() throws {
    let puppets = try Settings(.tls13).open()
    #expect(try puppets.client.engine.updateKeys() == .done)
    puppets.client.pull()
    puppets.server.take(puppets.client.news())
    let server = puppets.server.engine
    #expect(!server.releaseIdleBuffers())
    try puppets.server.write(text(1))
    #expect(server.releaseIdleBuffers())
  }

  @Test(arguments: [512, 600])
  func `nothing is given back while a handshake message is half written`(capacity: Int) throws {
    let settings = Settings(.tls13).mutual.capacity(capacity).changed {
      $0.server.clientCertificates = .none
      $0.client.postHandshakeAuthentication = .offered
      $0.client.identities = [Settings.user.identity]
    }
    let puppets = try settings.open()
    #expect(try puppets.server.engine.requestClientCertificate() == .done)
    puppets.server.pull()
    puppets.client.push(puppets.server.news()[...])
    // Certificate and more are longer than the ring.
    #expect(puppets.client.move() == .pull)
    puppets.client.pull()
    #expect(puppets.client.engine.pendingCiphertext == 0)
    #expect(!puppets.client.engine.releaseIdleBuffers())
    puppets.exchange()
    #expect(puppets.client.engine.releaseIdleBuffers())
    #expect(puppets.server.engine.releaseIdleBuffers())
    #expect(puppets.server.engine.negotiated?.peerCertificates.count == 1)
  }

  @Test(arguments: EngineState.allCases, bothRoles)
  func `a state says whether buffers are given back`(state: EngineState, isServer: Bool) throws {
    let engine = try state.engine(isServer: isServer)
    let isIdle = [.open, .released, .closing, .closed].contains(state)
    _ = engine.pull()
    #expect(engine.releaseIdleBuffers() == (isIdle || state == .pending))
    #expect(engine.terminalError == nil || !engine.releaseIdleBuffers())
  }

  @Test(arguments: versions)
  func `nothing is given back inside a closure`(version: ProtocolVersion) throws {
    let engine = try Settings(version).open().client.engine
    engine.withFreeSpace { _ in #expect(!engine.releaseIdleBuffers()) }
    engine.withPendingCiphertext { _ in
      #expect(!engine.releaseIdleBuffers())
      return 0
    }
    #expect(engine.releaseIdleBuffers())
  }

  @Test(arguments: versions, bothRoles)
  func `the end of the input is not forgotten`(version: ProtocolVersion, isServer: Bool) throws {
    for endsBefore in [true, false] {
      let engine = try Settings(version).open()[isServer].engine
      if endsBefore { engine.endOfInput() }
      #expect(engine.releaseIdleBuffers())
      if !endsBefore { engine.endOfInput() }
      #expect(engine.ciphertextCapacity == 0)
      engine.withFreeSpace { #expect($0.freeCapacity == 0) }
      #expect(throws: TLSError.misuse(.pushAfterEndOfInput, .open)) { try engine.push([1]) }
      let error = #expect(throws: TLSError.self) { try engine.read() }
      #expect(error?.code == .truncated)
    }
  }

  @Test func `a half-closed engine goes on reading and writing`() throws {
    let puppets = try Settings(.tls13).open()
    #expect(try puppets.client.engine.close() == .done)
    puppets.exchange()
    for _ in 0..<3 {
      #expect(puppets.client.engine.releaseIdleBuffers())
      #expect(puppets.server.engine.releaseIdleBuffers())
      try puppets.server.write(text(100))
      puppets.exchange()
    }
    #expect(puppets.client.received.count == 300 && puppets.server.hasEnded)
    #expect(puppets.client.engine.releaseIdleBuffers())
    #expect(puppets.server.engine.releaseIdleBuffers())
    #expect(try puppets.server.engine.close() == .done)
    puppets.exchange()
    #expect(puppets.client.hasEnded)
  }

  @Test(arguments: bothRoles)
  func `no memory for the buffers is the end`(isLent: Bool) throws {
    let engine = try Settings().open().client.engine
    #expect(engine.releaseIdleBuffers())
    // Joined elsewhere, the halves cannot be joined.
    let other = try #require(BIO_new(BIO_s_bio()))
    defer { BIO_free(other) }
    #expect(COpenSSL_BIO_make_bio_pair(engine.connection.outer, other) == 1)
    COpenSSL_ERR_raise(ERR_LIB_SSL, SSL_R_UNEXPECTED_EOF_WHILE_READING)
    if isLent {
      engine.withFreeSpace { #expect($0.freeCapacity == 0) }
    } else {
      #expect(throws: TLSError.self) { try engine.push([1]) }
    }
    let error = try #require(engine.terminalError)
    #expect(error.code == .unexpected && error.fault == .environment && error.phase == .open)
    #expect(error.stack.allSatisfy { $0.library == Int(ERR_LIB_BIO) } && !error.stack.isEmpty)
    #expect(ERR_peek_error() == 0)
    try expectLatched(engine, error)
    #expect(engine.pull().isEmpty && engine.takeUnconsumedCiphertext().isEmpty)
  }

  @Test func `an engine that was never called has no rings, and takes bytes all the same`() throws {
    let engine = try TLSEngine(TLSContext(Settings().server), as: .server)
    #expect(!engine.hasBuffers && engine.ciphertextCapacity == 17_408)
    #expect(!engine.releaseIdleBuffers())
    #expect(try engine.push(text(20_000)) == 17_408)
    #expect(engine.hasBuffers && engine.ciphertextCapacity == 0)
  }
}

extension TLSEngine {
  /// Whether both halves of the pair are joined, and so have rings.
  fileprivate var hasBuffers: Bool { BIO_ctrl_get_write_guarantee(connection.inner) > 0 }

  /// Bytes of a ring when there is one.
  fileprivate var ringSizes: [Int] {
    [connection.inner, connection.outer].map { BIO_ctrl($0, BIO_C_GET_WRITE_BUF_SIZE, 0, nil) }
  }
}
