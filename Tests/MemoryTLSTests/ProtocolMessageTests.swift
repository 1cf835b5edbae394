@testable import MemoryTLS
import MemoryTLSTesting
import Synchronization
import Testing

/// What an observer is shown.
@Suite(.withAllAndNeededAlgorithms) struct ProtocolMessageTests {
  @Test(arguments: wires)
  func `TLS 1.3: every message, decrypted and whole, at both ends alike`(wire: Wire) throws {
    let watched = try Watched(Settings(.tls13).mutual, wire)
    try watched.pair.settle()
    let client = watched.client.handshake
    #expect(
      client.map(\.name) == [
        "ClientHello", "ServerHello", "EncryptedExtensions", "CertificateRequest", "Certificate",
        "CertificateVerify", "Finished", "Certificate", "CertificateVerify", "Finished",
      ])
    expectFromServer(client, 1...6)
    #expect(watched.server.handshake == client)
    #expect(client[4].bytes.contains(Settings.localhost.certificate))
    #expect(client[7].bytes.contains(Settings.user.certificate))
  }

  @Test(arguments: wires)
  func `TLS 1.2: every message, decrypted and whole, at both ends alike`(wire: Wire) throws {
    let settings = Settings(.tls12).mutual.changed { $0.server.ticketFormat = .stateless }
    let watched = try Watched(settings, wire)
    try watched.pair.settle()
    let client = watched.client.handshake
    #expect(
      client.map(\.name) == [
        "ClientHello", "ServerHello", "Certificate", "ServerKeyExchange", "CertificateRequest",
        "ServerHelloDone", "Certificate", "ClientKeyExchange", "CertificateVerify", "Finished",
        "NewSessionTicket", "Finished",
      ])
    #expect(watched.server.handshake == client)
    // RFC 5246 §7.4.9: the verify data is 12 bytes.
    let finished = client.filter { $0.handshakeType == .finished }.map {
      Array($0.bytes.dropFirst(4))
    }
    let engine = watched.pair.client.engine.connection
    #expect(finished == [engine.finished, engine.peerFinished])
  }

  @Test func `tickets, key updates and alerts after the handshake`() throws {
    let watched = try Watched(Settings(.tls13), .whole)
    try watched.pair.settle()
    let before = watched.client.all.count
    _ = try watched.pair.client.engine.updateKeys()
    for _ in 0..<2 {
      watched.pair.server.send([1])
      try watched.pair.settle()
    }
    watched.pair.client.close()
    try watched.pair.settle()
    let later = watched.client.all[before...]
    #expect(later.map(\.name) == ["KeyUpdate", "NewSessionTicket", "KeyUpdate", "alert"])
    #expect(
      later.map(\.direction) == [
        .clientToServer, .serverToClient, .serverToClient, .clientToServer,
      ])
    // RFC 8446 §4.6.3: update_requested is 1, update_not_requested 0.
    #expect(later.first?.bytes == [24, 0, 0, 1, 1])
    #expect(later.last?.contentType == .alert && later.last?.bytes == [1, 0])
    #expect(later.last?.handshakeType == nil)
  }

  private func expectFromServer(_ messages: [ProtocolMessage], _ numbers: ClosedRange<Int>) {
    for (number, message) in messages.enumerated() {
      let direction: Direction = numbers.contains(number) ? .serverToClient : .clientToServer
      #expect(message.direction == direction)
      // RFC 8446 §4: the type, and the length of what follows in 3 bytes.
      let length = message.bytes[1..<4].reduce(0) { $0 << 8 | Int($1) }
      #expect(message.bytes.count == 4 + length)
    }
  }
}

/// A pair with an observer at each end.
private struct Watched {
  let pair: EnginePair
  let client = Messages()
  let server = Messages()

  init(_ settings: Settings, _ wire: Wire) throws {
    let client = try TLSEngine(
      TLSContext(settings.client), as: .client(.name("localhost")), observing: client.observer)
    let server = try TLSEngine(TLSContext(settings.server), as: .server, observing: server.observer)
    pair = EnginePair(client: client, server: server, wire: wire)
  }
}

/// The messages an observer was shown.
final class Messages: Sendable {
  private let messages = Mutex<[ProtocolMessage]>([])

  var all: [ProtocolMessage] { messages.withLock { $0 } }
  var handshake: [ProtocolMessage] { all.filter { $0.contentType == .handshake } }
  var observer: MessageObserver { { message in self.messages.withLock { $0.append(message) } } }
}
