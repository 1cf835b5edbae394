/// Pieces of IP packets that were cut on their way, until they are whole.
struct FragmentTable {
  private var packets: [Key: Packet] = [:]
  /// How many pieces became parts of whole packets, but for the last of each.
  private(set) var joinedCount = 0

  /// What a header says of a piece. Of a packet that was not cut, it is at 0 and the last.
  struct Fragment {
    let identification: UInt32
    let offset: Int
    let isLast: Bool
  }

  private struct Key: Hashable {
    let source: IPAddress
    let destination: IPAddress
    let identification: UInt32
    let number: UInt8
  }

  private struct Packet {
    /// By their offsets; of two at the same the first stays.
    var pieces: [Int: ArraySlice<UInt8>] = [:]
    var count = 0
    /// How long it is; nil until the last piece came.
    var end: Int?

    /// Whether there are as many bytes as it has.
    var isComplete: Bool { end.map { count >= $0 } ?? false }

    /// The pieces behind one another; nil if some overlap and others are missing.
    var joined: [UInt8]? {
      var bytes: [UInt8] = []
      for (offset, piece) in pieces.sorted(by: { $0.key < $1.key }) {
        guard offset <= bytes.count else { return nil }
        bytes += piece.dropFirst(bytes.count - offset)
      }
      return bytes
    }
  }

  /// Puts the whole packet in the place of its last piece.
  ///
  /// - Throws: `.fragment` if something is missing still.
  mutating func complete(
    _ payload: inout InternetLayer.Payload, with fragment: Fragment, of number: UInt8
  ) throws(Unread) {
    guard fragment.offset > 0 || !fragment.isLast else { return }
    guard payload.rest.isWhole else { throw .fragment }
    let key = Key(
      source: payload.source, destination: payload.destination,
      identification: fragment.identification, number: number)
    add(payload.rest.bytes, fragment, to: key)
    guard let packet = packets[key], packet.isComplete else { throw .fragment }
    packets[key] = nil
    guard let bytes = packet.joined else { throw .fragment }
    joinedCount += packet.pieces.count - 1
    payload.rest = Portion(bytes)
  }

  private mutating func add(_ bytes: ArraySlice<UInt8>, _ fragment: Fragment, to key: Key) {
    if packets.count >= Self.mostPackets, packets[key] == nil { packets = [:] }
    var packet = packets.removeValue(forKey: key) ?? Packet()
    if packet.pieces[fragment.offset] == nil {
      packet.pieces[fragment.offset] = bytes
      packet.count += bytes.count
    }
    if fragment.isLast { packet.end = fragment.offset + bytes.count }
    packets[key] = packet
  }

  /// Packets that are waited for at most; with one more, all are given up.
  private static let mostPackets = 1024
}
