import MemoryTLS

/// Finds where TLS begins in bytes that begin with something else, as behind STARTTLS.
enum TLSStart {
  /// The first place where a record with the start of a ClientHello begins (RFC 8446 §4.1.2).
  static func clientHello(in bytes: [UInt8]) -> Int? {
    firstRecord(of: .handshake, in: bytes, from: 0) { beginsMessage(.clientHello, bytes, at: $0) }
  }

  /// The first place from an offset on where a record begins that may answer a ClientHello: the start
  /// of a ServerHello, or an alert.
  static func answer(in bytes: [UInt8], from offset: Int) -> Int? {
    let hello = firstRecord(of: .handshake, in: bytes, from: offset) {
      beginsMessage(.serverHello, bytes, at: $0)
    }
    // Behind a ServerHello no alert is looked for: there are too many bytes of any kind.
    let alert = firstRecord(of: .alert, in: bytes, from: offset, to: hello) {
      bytes[$0 + 3] == 0 && bytes[$0 + 4] == 2 && 1...2 ~= bytes[$0 + 5]
    }
    return alert ?? hello
  }

  /// The random of the ClientHello at a place.
  static func clientRandom(in bytes: [UInt8], at offset: Int) -> [UInt8]? {
    guard let message = messageStart(bytes, at: offset, count: 38), message.count == 38 else {
      return nil
    }
    return Array(message[6...])
  }

  private static func firstRecord(
    of type: ContentType, in bytes: [UInt8], from start: Int, to end: Int? = nil,
    where isRight: (Int) -> Bool
  ) -> Int? {
    // A header, and a byte at least.
    let end = min(end ?? .max, bytes.count - 5)
    guard start < end else { return nil }
    return bytes[start..<end].indices.first {
      bytes[$0] == type.rawValue && bytes[$0 + 1] == 3 && bytes[$0 + 2] <= 4 && isRight($0)
    }
  }

  /// Whether records from a place on carry the start of a handshake message of this type: its length
  /// must be one that it can have, and its first field a version. Of a message that is cut short by
  /// the end of the bytes, what is there must be right; it may be less than that at the very start.
  private static func beginsMessage(
    _ type: HandshakeType, _ bytes: [UInt8], at offset: Int
  ) -> Bool {
    // Most places are out of the question by these few bytes.
    guard let start = messageStart(bytes, at: offset, count: 6), start[0] == type.rawValue,
      start.count == 6 || offset == 0, start.count < 5 || start[4] == 3,
      start.count < 6 || start[5] <= 4
    else { return false }
    guard start.count >= 4 else { return true }
    let size = start[1...3].reduce(0) { $0 << 8 | Int($1) }
    guard 38...longestHello ~= size else { return false }
    guard let head = messageStart(bytes, at: offset, count: 39) else { return false }
    // The session's id is of 32 bytes at most.
    return head.count < 39 || head[38] <= 32
  }

  /// The first bytes of the handshake message in the records from a place on, as many as are wanted
  /// or there; nil if anything else stands there.
  private static func messageStart(_ bytes: [UInt8], at offset: Int, count: Int) -> [UInt8]? {
    var message: [UInt8] = []
    var place = offset
    while message.count < count, place + 5 < bytes.count {
      let size = Int(bytes[place + 3]) << 8 | Int(bytes[place + 4])
      guard bytes[place] == ContentType.handshake.rawValue, bytes[place + 1] == 3,
        bytes[place + 2] <= 4, 1...longestRecord ~= size
      else { return nil }
      message += bytes[(place + 5)...].prefix(min(size, count - message.count))
      place += 5 + size
    }
    return message.isEmpty ? nil : message
  }

  /// RFC 8446 §5.1: a handshake record's payload.
  private static let longestRecord = 1 << 14
  /// What OpenSSL takes at most is 131,396 bytes; a hello of more than this is none.
  private static let longestHello = 1 << 18
}
