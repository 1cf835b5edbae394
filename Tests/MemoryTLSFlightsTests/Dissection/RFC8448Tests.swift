import Foundation
import MemoryTLS
import MemoryTLSFlights
import Testing

/// The traces of RFC 8448, each message as it stands there.
@Suite struct RFC8448Tests {
  @Test(arguments: Trace.all)
  func `every message is read as the RFC lists it`(trace: Trace) throws {
    let dissection = try trace.dissection
    #expect(dissection.messages.map(Line.init) == trace.lines)
    #expect(dissection.rests == [])
    #expect(dissection.version == .tls13)
    #expect(dissection.cipherSuite == CipherSuite(rawValue: 0x1301))
    #expect(dissection.serverName == "server")
    for record in dissection.records {
      if case .unreadable(let reason) = record.content { Issue.record("\(record): \(reason)") }
    }
  }

  // RFC 8446 §4.4.4: what the Finished messages say depends on every byte of the handshake before
  // them, and on the secrets.
  @Test(arguments: Trace.all)
  func `both Finished messages are right, and so is every byte before them`(trace: Trace) throws {
    let dissection = try trace.dissection
    let keyLog = KeyLog(lines: dissection.log.metadata.keyLog)
    var transcript: [UInt8] = []
    var count = 0
    for message in dissection.messages where message.message.contentType == .handshake {
      let bytes = message.message.bytes
      if message.message.name == "HelloRetryRequest" {
        // RFC 8446 §4.4.1: the first ClientHello is replaced by its hash.
        transcript = [254, 0, 0, 32] + HashFunction.sha256.digest(of: transcript)
      }
      if message.message.handshakeType == .finished {
        let label =
          message.direction == .clientToServer
          ? KeyLog.Label.clientHandshakeTraffic : .serverHandshakeTraffic
        let random = try #require(dissection.clientRandom)
        let secret = try #require(keyLog.secret(label, clientRandom: random))
        let key = HashFunction.sha256.expandLabel(secret, "finished", count: 32)
        let hash = HashFunction.sha256.digest(of: transcript)
        let code = HashFunction.sha256.authenticationCode(of: hash, key: key)
        #expect(Array(bytes.dropFirst(4)) == code)
        count += 1
      }
      transcript += bytes
    }
    #expect(count == 2)
  }

  @Test(arguments: Trace.all)
  func `the files are as this library writes them`(trace: Trace) throws {
    let text = try trace.text
    #expect(try FlightLog(text: text).text == text)
  }

  @Test(arguments: Trace.all)
  func `every field is there, and nothing is malformed`(trace: Trace) throws {
    for message in try trace.dissection.messages {
      let leaves = message.fields.flatMap(\.leaves)
      #expect(leaves.flatMap(\.bytes) == message.message.bytes)
      #expect(!leaves.contains { $0.name == MessageField.malformed })
    }
  }

  @Test(arguments: Trace.all)
  func `no changed byte of a message is a trap, and none loses a byte`(trace: Trace) throws {
    for message in try trace.dissection.messages.map(\.message) {
      for index in message.bytes.indices.dropFirst(4) {
        for value in [0, 1, 0xFF, message.bytes[index] ^ 0x40] {
          var bytes = message.bytes
          bytes[index] = value
          let changed = ProtocolMessage(
            direction: message.direction, contentType: message.contentType, bytes: bytes)
          let leaves = changed.fields(in: .tls13).flatMap(\.leaves)
          #expect(leaves.flatMap(\.bytes) == bytes)
          _ = HandshakeMessage(bytes: bytes)?.content(in: .tls13)
        }
      }
    }
  }

  @Test func `application data is what the RFC sends`() throws {
    let fifty = [UInt8](0..<50)
    for (trace, count) in [(Trace.all[0], 2), (Trace.all[1], 3)] {
      let data = try trace.dissection.messages.map(\.message)
        .filter { $0.contentType == .applicationData }.map(\.bytes)
      #expect(data == (count == 3 ? [Array("ABCDEF".utf8)] : []) + [fifty, fifty])
    }
  }

  @Test func `without secrets only what is in the clear is read, and the rest is told`() throws {
    for trace in Trace.all {
      var log = try trace.log
      log.metadata.keyLog = []
      let dissection = Dissection(log)
      let hellos = dissection.messages.map(\.message.name)
        .filter { $0 != "change_cipher_spec" }
      #expect(hellos == trace.lines.map(\.name).filter { $0.contains("Hello") })
      let reasons = Set(
        dissection.records.compactMap { record in
          if case .unreadable(let reason) = record.content { reason } else { nil }
        })
      let digits = try #require(dissection.clientRandom).prefix(4)
        .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      #expect(
        reasons.contains(
          "no secret SERVER_HANDSHAKE_TRAFFIC_SECRET for client random \(digits).."))
    }
  }

  // The words of a few fields, each read in the RFC.
  @Test func `fields say what the RFC shows`() throws {
    let dissection = try Trace.all[0].dissection
    func value(_ message: Int, _ name: String) -> String? {
      dissection.messages[message].fields.first { $0.name == name }?.value
    }
    #expect(value(0, "cipher_suites")?.hasPrefix("TLS_AES_128_GCM_SHA256, TLS_CHACHA20") == true)
    #expect(value(0, "extension server_name") == "server")
    #expect(value(0, "extension key_share") == "x25519")
    #expect(value(0, "extension supported_versions") == "TLSv1.3")
    #expect(value(0, "extension psk_key_exchange_modes") == "psk_dhe_ke")
    #expect(value(0, "extension record_size_limit") == "16385")
    #expect(value(1, "extension key_share") == "x25519")
    #expect(value(2, "extension server_name") == "")
    #expect(value(4, "algorithm") == "rsa_pss_rsae_sha256")
    #expect(value(7, "ticket_lifetime") == "30 seconds")
    #expect(value(7, "extension early_data") == "1024 bytes")
    let certificates = dissection.messages[3].fields.first { $0.name == "certificate_list" }
    #expect(
      certificates?.children.first { $0.name == "certificate 1" }?.value
        == "CN=rsa, issued by CN=rsa, valid 2016-07-30 to 2026-07-30")
  }
}

/// A message of a trace.
struct Line: Equatable, CustomStringConvertible {
  var sender: Character
  var name: String
  var byteCount: Int

  var description: String { "\(sender) \(name) \(byteCount)" }

  init(_ message: DissectedMessage) {
    sender = message.direction == .clientToServer ? "C" : "S"
    (name, byteCount) = (message.message.label, message.message.bytes.count)
  }

  /// As `C ClientHello 196`.
  init(_ text: Substring) {
    let words = text.split(separator: " ")
    sender = words.first?.first ?? "?"
    name = words.dropFirst().dropLast().joined(separator: " ")
    byteCount = words.last.flatMap { Int($0) } ?? -1
  }
}

/// A file of Fixtures/rfc8448, and what the RFC lists.
struct Trace: Sendable, CustomTestStringConvertible {
  let file: String
  let list: String

  var testDescription: String { file }
  var lines: [Line] { list.split(separator: "\n").map { Line($0) } }
  var log: FlightLog { get throws { try FlightLog(text: text) } }
  var dissection: Dissection { get throws { Dissection(try log) } }

  var text: String {
    get throws {
      let folder = URL(filePath: #filePath).appending(path: "../../../../Fixtures/rfc8448")
      return try String(
        contentsOf: folder.appending(path: "\(file).flights").standardized, encoding: .utf8)
    }
  }

  static let all = [
    Trace(
      file: "3-simple-1-rtt",
      list: """
        C ClientHello 196
        S ServerHello 90
        S EncryptedExtensions 40
        S Certificate 445
        S CertificateVerify 136
        S Finished 36
        C Finished 36
        S NewSessionTicket 205
        C application_data 50
        S application_data 50
        C alert close_notify 2
        S alert close_notify 2
        """),
    Trace(
      file: "4-resumed-0-rtt",
      list: """
        C ClientHello 512
        C application_data 6
        S ServerHello 96
        S EncryptedExtensions 44
        S Finished 36
        C EndOfEarlyData 4
        C Finished 36
        C application_data 50
        S application_data 50
        C alert close_notify 2
        S alert close_notify 2
        """),
    Trace(
      file: "5-hello-retry-request",
      list: """
        C ClientHello 180
        S HelloRetryRequest 176
        C ClientHello 512
        S ServerHello 123
        S EncryptedExtensions 28
        S Certificate 445
        S CertificateVerify 136
        S Finished 36
        C Finished 36
        C alert close_notify 2
        S alert close_notify 2
        """),
    Trace(
      file: "6-client-authentication",
      list: """
        C ClientHello 192
        S ServerHello 90
        S EncryptedExtensions 40
        S CertificateRequest 43
        S Certificate 319
        S CertificateVerify 79
        S Finished 36
        C Certificate 451
        C CertificateVerify 136
        C Finished 36
        C alert close_notify 2
        S alert close_notify 2
        """),
    Trace(
      file: "7-compatibility-mode",
      list: """
        C ClientHello 224
        S ServerHello 122
        S change_cipher_spec 1
        S EncryptedExtensions 40
        S Certificate 445
        S CertificateVerify 136
        S Finished 36
        C change_cipher_spec 1
        C Finished 36
        C alert close_notify 2
        S alert close_notify 2
        """),
  ]
}
