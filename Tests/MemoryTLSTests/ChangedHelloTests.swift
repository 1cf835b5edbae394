import MemoryTLS
import MemoryTLSTesting
import Testing

/// ClientHellos that were made to slip through between two contexts, or two hellos.
@Suite(.withAllAndNeededAlgorithms) struct ChangedHelloTests {
  @Test func `what another context refuses in a ClientHello ends the connection`() throws {
    for capacity in [512, 17408] {
      let server = try TLSEngine(
        TLSContext(
          Settings().capacity(capacity).changed { $0.server.decisions = .clientHello }.server),
        as: .server)
      let hello = try ClientHelloTests.message().adding(extension: 0xFF4D)
      _ = try server.push([22, 3, 1, UInt8(hello.count >> 8), UInt8(hello.count & 0xFF)] + hello)
      #expect(try server.step() != .done && server.decision != nil)
      // Only contexts that judge clients late know that extension.
      let other = try TLSContext(
        Settings().mutual.changed { $0.server.decisions = .peerCertificate }.server)
      let error = #expect(throws: TLSError.self) { try server.proceed(with: other) }
      #expect(error?.fault == .peer && error?.alert?.origin == .sent && server.decision == nil)
      #expect(server.nextEvent() == error?.alert.map { .alert($0.alert, $0.origin) })
      try expectLatched(server, error)
      let sent = server.pull()
      #expect(sent.count == 7 && sent.first == 21 && sent.last == error?.alert?.alert.rawValue)
    }
  }

  // RFC 8446 §4.1.2: after a HelloRetryRequest "the client MUST send the same ClientHello without
  // modification" but for a list that server_name is not in.
  @Test(arguments: [false, true])
  func `another name after a HelloRetryRequest is refused`(isChanged: Bool) throws {
    let settings = Settings(.tls13).changed {
      $0.client.groups = [.x25519, .secp384r1]
      $0.server.groups = [.secp384r1]
    }
    let puppets = try Puppets(settings, expecting: .unchecked(serverName: "aaaa.test"))
    puppets.client.run()
    puppets.server.take(puppets.client.news())
    puppets.server.run()
    puppets.client.take(puppets.server.news())
    puppets.client.run()
    let second = puppets.client.news()
    puppets.server.take(isChanged ? second.replacing("aaaa".utf8, with: "bbbb".utf8) : second)
    puppets.server.run()
    #expect(puppets.server.error?.alert?.alert == (isChanged ? .illegalParameter : nil))
  }

  @Test func `a context whose padding the rings cannot hold leaves the decision open`() throws {
    let pair = try Settings(.tls13).capacity(512).changed { $0.server.decisions = .clientHello }
      .pair()
    #expect(throws: PairFailure.self) { try pair.settle() }
    let other = try TLSContext(
      Settings().changed { $0.server.recordPadding = .toMultiple(of: 4096) }.server)
    let error = #expect(throws: TLSError.self) { try pair.server.engine.proceed(with: other) }
    #expect(error?.code == .invalidConfiguration && pair.server.engine.decision != nil)
    try pair.server.engine.proceed()
    try pair.settle()
  }
}

extension [UInt8] {
  /// A ClientHello with one extension more, which is empty.
  fileprivate func adding(extension type: UInt16) throws -> [UInt8] {
    let hello = try #require(ClientHello(message: self))
    let added = [UInt8(type >> 8), UInt8(type & 0xFF), 0, 0]
    let length = hello.extensions.map { $0.bytes.count + 4 }.reduce(0, +)
    var body = Array(dropFirst(4).dropLast(length + 2))
    body += [UInt8((length + 4) >> 8), UInt8((length + 4) & 0xFF)] + suffix(length) + added
    return [1, 0, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
  }
}
