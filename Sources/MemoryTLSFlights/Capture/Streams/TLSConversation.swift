import MemoryTLS

/// The part of a TCP stream that is TLS.
struct TLSConversation {
  /// Who sent the ClientHello, whoever opened the connection.
  let client: TCPStream.Side
  /// How many bytes came before TLS each way.
  let plaintextBefore: ByteCounts
  /// Of the ClientHello, as far as it is there.
  let clientRandom: [UInt8]?

  /// Nil if no ClientHello begins anywhere in the stream.
  init?(in stream: TCPStream) {
    let bytes = (first: stream.bytes(of: .first), second: stream.bytes(of: .second))
    let first = TLSStart.clientHello(in: bytes.first).map { stream.place(of: $0, from: .first) }
    let second = TLSStart.clientHello(in: bytes.second).map { stream.place(of: $0, from: .second) }
    guard let place = [first, second].compactMap({ $0 }).min(by: { $0.index < $1.index }) else {
      return nil
    }
    let (sent, answered) =
      place.side == .first ? (bytes.first, bytes.second) : (bytes.second, bytes.first)
    client = place.side
    clientRandom = TLSStart.clientRandom(in: sent, at: place.offset)
    let answer = TLSStart.answer(in: answered, from: place.otherBefore)
    plaintextBefore = ByteCounts(
      clientToServer: place.offset, serverToClient: answer ?? place.otherBefore)
  }

  func direction(of side: TCPStream.Side) -> Direction {
    side == client ? .clientToServer : .serverToClient
  }

  /// The flights, each with the time at which its first byte had its turn.
  func log(of stream: TCPStream) -> FlightLog {
    var log = FlightLog()
    var skipped = plaintextBefore
    for piece in stream.pieces {
      let direction = direction(of: piece.side)
      let bytes = piece.bytes.dropFirst(skipped[direction])
      skipped[direction] -= piece.bytes.count - bytes.count
      guard !bytes.isEmpty else { continue }
      log.append(Array(bytes), direction, at: piece.time)
    }
    return log
  }
}

extension TCPStream {
  /// Where in time a byte of one side stands.
  struct Place {
    let side: Side
    /// In the bytes of its side.
    let offset: Int
    /// Of the piece that it is in.
    let index: Int
    /// How many bytes of the other side came before that piece.
    let otherBefore: Int
  }

  /// All bytes of one side.
  fileprivate func bytes(of side: Side) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount(of: side))
    for piece in pieces where piece.side == side { bytes += piece.bytes }
    return bytes
  }

  fileprivate func place(of offset: Int, from side: Side) -> Place {
    var (before, otherBefore, index) = (0, 0, 0)
    while index < pieces.count {
      let count = pieces[index].bytes.count
      if pieces[index].side == side { before += count } else { otherBefore += count }
      if before > offset { break }
      index += 1
    }
    return Place(side: side, offset: offset, index: index, otherBefore: otherBefore)
  }
}
