/// MS-TDS pre-login: the handshake's bytes in packets of type 0x12, then TLS as it is.
///
/// A flight is one message: its packets are numbered from 1 and the last has the status end-of-message
/// (MS-TDS §2.2.3.1). The server's tickets have to travel behind the handshake, as they do with
/// ``Tickets/withFirstWrite(_:)``, the default.
public struct TDSFraming: Framing {
  /// 4096 bytes with the header, which is all that is agreed on before the login.
  public let largestFrame = 4096
  /// 4088 bytes.
  public var largestPayload: Int { largestFrame - Self.headerLength }
  /// The handshake alone.
  public let scope = FramingScope.handshake
  private var packetID: UInt8 = 0

  /// The format, before the first packet.
  public init() {}

  /// Appends a packet: type, status, length, process 0, number, window 0 (MS-TDS §2.2.3.1).
  public mutating func encode(
    _ payload: Span<UInt8>, _ place: FramePlace, into frames: inout [UInt8]
  ) {
    let length = UInt16(Self.headerLength + payload.count)
    packetID &+= 1
    let status = place == .endOfFlight ? Self.endOfMessage : 0
    frames += [
      Self.preLogin, status, UInt8(length >> 8), UInt8(length & 0xFF), 0, 0, packetID, 0,
    ]
    frames.append(payload)
    if place == .endOfFlight { packetID = 0 }
  }

  /// Takes a packet off the front. Process, number and window are ignored, as the specification has it.
  public func decode(
    _ bytes: Span<UInt8>, into payload: inout [UInt8]
  ) throws(FramingError) -> Int {
    guard bytes.count >= Self.headerLength else { return 0 }
    guard bytes[0] == Self.preLogin else {
      throw .malformed("TDS packet of type \(bytes[0].hex), not \(Self.preLogin.hex)")
    }
    guard bytes[1] & ~Self.endOfMessage == 0 else {
      throw .malformed("TDS packet with status \(bytes[1].hex), not 0x0 or 0x1")
    }
    let length = Int(bytes[2]) << 8 | Int(bytes[3])
    guard length >= Self.headerLength else {
      throw .malformed("TDS packet of \(length) bytes, less than its header of 8")
    }
    guard length <= largestFrame else { throw .oversized(length: length, limit: largestFrame) }
    guard bytes.count >= length else { return 0 }
    payload.append(bytes.extracting(Self.headerLength..<length))
    return length
  }

  private static let headerLength = 8
  private static let preLogin: UInt8 = 0x12
  private static let endOfMessage: UInt8 = 0x01
}

extension UInt8 {
  fileprivate var hex: String { "0x" + String(self, radix: 16) }
}
