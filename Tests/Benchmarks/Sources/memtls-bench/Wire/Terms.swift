/// What a connection was made of, as far as it is the same each time: for telling whether two subjects
/// do the same work.
struct Terms: Equatable {
  /// Cipher suite, group and signature scheme as they stand on the wire.
  var suite: UInt16 = 0
  var group: UInt16 = 0
  var scheme: UInt16 = 0
  var isResumed = false
  /// The client's handshake messages.
  var messages: [Shape] = []
  /// Ciphertext, without the signatures.
  var traffic = Trace.Traffic()

  /// A message's kind and length. Signatures are of a different length each time, and left out.
  struct Shape: Equatable {
    let type: UInt8
    let isSent: Bool
    let length: Int
  }

  /// How many tickets the client got.
  var tickets: Int { messages.count { $0.type == HandshakeType.ticket } }
}

extension Terms {
  /// - Throws: if there is no ServerHello to be understood.
  init(_ trace: Trace) throws {
    traffic = trace.traffic
    for message in trace.messages {
      var signature = 0
      switch message.type {
      case HandshakeType.serverHello:
        try note(serverHello: message.bytes)
      case HandshakeType.certificateVerify:
        signature = try note(signature: message)
      default:
        break
      }
      messages.append(
        Shape(
          type: message.type, isSent: message.isSent, length: message.bytes.count - signature))
    }
    guard suite != 0 else { throw Failure("a connection without a ServerHello") }
  }

  /// The longest of both: some messages hold random numbers that are shorter now and then (a ticket
  /// has them in DER).
  func joined(with other: Terms) -> Terms {
    guard messages.count == other.messages.count else { return self }
    var joined = self
    joined.messages = zip(messages, other.messages).map {
      $0.type == $1.type && $0.length < $1.length ? $1 : $0
    }
    joined.traffic.toServer = max(traffic.toServer, other.traffic.toServer)
    joined.traffic.toClient = max(traffic.toClient, other.traffic.toClient)
    return joined
  }

  /// RFC 8446 §4.1.3: a header, version, random, session identifier, cipher suite, compression method
  /// and extensions.
  private mutating func note(serverHello bytes: [UInt8]) throws {
    var rest = bytes[...]
    _ = try rest.take(4 + 2 + 32)
    _ = try rest.takeVector(1)
    suite = UInt16(try rest.number(2))
    _ = try rest.take(1)
    var extensions = try rest.takeVector(2)
    while !extensions.isEmpty {
      let type = try extensions.number(2)
      var content = try extensions.takeVector(2)
      if type == ExtensionType.keyShare { group = UInt16(try content.number(2)) }
      if type == ExtensionType.preSharedKey { isResumed = true }
    }
  }

  /// Answers how long the signature is (RFC 8446 §4.4.3).
  private mutating func note(signature message: Trace.Message) throws -> Int {
    var rest = message.bytes[...]
    _ = try rest.take(4)
    scheme = UInt16(try rest.number(2))
    let length = try rest.takeVector(2).count
    if message.isSent { traffic.toServer -= length } else { traffic.toClient -= length }
    return length
  }

  private enum HandshakeType {
    static let serverHello: UInt8 = 2
    static let ticket: UInt8 = 4
    static let certificateVerify: UInt8 = 15
  }

  private enum ExtensionType {
    static let preSharedKey = 41
    static let keyShare = 51
  }
}

extension ArraySlice<UInt8> {
  /// So many bytes from the front.
  fileprivate mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard self.count >= count else { throw Failure("a handshake message that is cut short") }
    defer { self = dropFirst(count) }
    return prefix(count)
  }

  /// A number of so many bytes.
  fileprivate mutating func number(_ count: Int) throws -> Int {
    try take(count).reduce(0) { $0 << 8 | Int($1) }
  }

  /// What stands behind its length, a number of so many bytes (RFC 8446 §3.4).
  fileprivate mutating func takeVector(_ count: Int) throws -> ArraySlice<UInt8> {
    try take(number(count))
  }
}
