/// What a client saw of a connection: its handshake messages in the clear, and how many bytes of
/// ciphertext went each way.
struct Trace {
  private(set) var messages: [Message] = []
  var traffic = Traffic()

  struct Message {
    let bytes: [UInt8]
    let isSent: Bool

    /// What kind it is (RFC 8446 §B.3).
    var type: UInt8 { bytes.first ?? 0 }
  }

  struct Traffic: Hashable {
    var toServer = 0
    var toClient = 0
    /// What 256 KiB to the server come to, over another connection.
    var transfer = 0
  }

  mutating func note(_ bytes: [UInt8], isSent: Bool) {
    messages.append(Message(bytes: bytes, isSent: isSent))
  }
}
