@testable import MemoryTLSFlights

/// A packet with what is needed to put it together again around other bytes.
struct RewrittenFrame {
  private let linkType: UInt16
  private let time: Timestamp
  /// Everything before the payload of TCP; the whole packet if it is not one of TCP.
  private var headers: [UInt8]
  private(set) var payload: [UInt8] = []
  /// Where the headers of IP and TCP begin; nil if it is not one of TCP.
  private var places: (internet: Int, transport: Int)?

  var hasPayload: Bool { !payload.isEmpty }

  private init(_ packet: CapturedPacket) {
    (linkType, headers) = (packet.linkType, Array(packet.bytes))
    time = packet.time ?? Timestamp(seconds: 0)
    var layer = InternetLayer()
    guard let link = try? LinkLayer.internetPacket(in: packet),
      let internet = try? layer.payload(of: link), let segment = try? TCPSegment(internet),
      packet.bytes.count == packet.originalCount
    else { return }
    let start = packet.bytes.startIndex
    places = (
      link.portion.bytes.startIndex - start, internet.rest.bytes.startIndex - start
    )
    payload = Array(segment.payload.bytes)
    headers = Array(packet.bytes[..<segment.payload.bytes.startIndex])
  }

  static func all(in capture: [UInt8]) throws -> [RewrittenFrame] {
    if var file = try? PcapngFile(capture) { return try frames(of: &file) }
    var file = try PcapFile(capture)
    return try frames(of: &file)
  }

  private static func frames(of file: inout some PacketFile) throws -> [RewrittenFrame] {
    var frames: [RewrittenFrame] = []
    while let packet = try file.next() { frames.append(RewrittenFrame(packet)) }
    return frames
  }

  /// A pcapng file in nanoseconds, whose time never goes back.
  static func file(of frames: [RewrittenFrame], keyLog: [String]) -> [UInt8] {
    let blocks = CaptureBuilder.Pcapng()
    var file =
      blocks.section() + blocks.interface(frames.first?.linkType ?? 1, blocks.option(9, [9]))
    if !keyLog.isEmpty { file += blocks.secrets(keyLog.joined(separator: "\n") + "\n") }
    var time = Timestamp(seconds: 0)
    for frame in frames {
      time = max(time, frame.time)
      let ticks = UInt64(time.seconds) * 1_000_000_000 + UInt64(time.nanoseconds)
      file += blocks.packet(TestPacket(frame.bytes), ticks: ticks)
    }
    return file
  }
}

// MARK: - Segments

extension RewrittenFrame {
  /// A segment with a part of the payload.
  func piece(_ range: Range<Int>) -> RewrittenFrame {
    var frame = self
    frame.payload = Array(payload[range])
    frame.sequence = sequence &+ UInt32(range.lowerBound)
    return frame
  }

  /// One segment instead of two; nil if the other does not go on from this one.
  func joined(with next: RewrittenFrame) -> RewrittenFrame? {
    let end = sequence &+ UInt32(payload.count)
    guard isOfSameRun(as: next), next.sequence == end, payload.count + next.payload.count < 40_000
    else { return nil }
    var frame = self
    frame.payload += next.payload
    return frame
  }

  /// Whether both carry bytes of the same sender, who has seen the same of the other side.
  func isOfSameRun(as other: RewrittenFrame) -> Bool {
    guard hasPayload, other.hasPayload, isPlain, other.isPlain else { return false }
    return addresses == other.addresses && ports == other.ports
      && acknowledgement == other.acknowledgement
  }

  /// With lengths and checksums that are right.
  fileprivate var bytes: [UInt8] {
    guard let places else { return headers }
    var bytes = headers + payload
    let count = bytes.count - places.internet
    func put(_ number: Int, at place: Int) {
      bytes.replaceSubrange(place..<place + 2, with: Packets.numbers(UInt16(number)))
    }
    if isVersion6 {
      put(count - 40, at: places.internet + 4)
    } else {
      put(count, at: places.internet + 2)
      put(0, at: places.internet + 10)
      let options = Int(bytes[places.internet] & 15) * 4
      let header = bytes[places.internet..<places.internet + options]
      put(Int(Checksum.of(Array(header))), at: places.internet + 10)
    }
    put(0, at: places.transport + 16)
    let segment = bytes[places.transport...]
    let pseudo = addresses + [0, 6] + Packets.numbers(UInt32(segment.count))
    put(Int(Checksum.of(pseudo + segment)), at: places.transport + 16)
    return bytes
  }

  private var isVersion6: Bool { headers[places?.internet ?? 0] >> 4 == 6 }

  private var addresses: [UInt8] {
    guard let start = places?.internet else { return [] }
    return Array(isVersion6 ? headers[start + 8..<start + 40] : headers[start + 12..<start + 20])
  }

  private var ports: [UInt8] { field(0..<4) }

  private var acknowledgement: [UInt8] { field(8..<12) }

  /// Whether it neither opens nor closes anything.
  private var isPlain: Bool { field(13..<14).allSatisfy { $0 & 7 == 0 } }

  private var sequence: UInt32 {
    get { field(4..<8).reduce(0) { $0 << 8 | UInt32($1) } }
    set {
      guard let start = places?.transport else { return }
      headers.replaceSubrange(start + 4..<start + 8, with: Packets.numbers(newValue))
    }
  }

  /// Bytes of TCP's header.
  private func field(_ range: Range<Int>) -> [UInt8] {
    guard let start = places?.transport else { return [] }
    return Array(headers[start + range.lowerBound..<start + range.upperBound])
  }
}
