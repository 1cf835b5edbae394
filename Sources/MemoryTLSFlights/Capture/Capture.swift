/// The TCP streams of a capture file: pcap or pcapng.
///
/// Of pcap that is version 2 in either order of bytes, with times in microseconds or nanoseconds, and
/// none of the variants with other headers.
///
/// Packets may be of Ethernet with VLAN tags, Linux cooked, raw IP or BSD loopback. What a network
/// does to packets is undone: they may come twice, cut anew, late or overlapping. What a capture lost
/// is a ``CapturedStream/Hole``, behind which nothing is taken.
///
/// A file may be large and may be anybody's: time and memory are proportional to its size, and no byte
/// in it is trusted.
public struct Capture: Sendable {
  /// In the order of their first packets, which is how Wireshark numbers them.
  public let streams: [CapturedStream]
  /// The lines of the key logs in the file (RFC 9850), from Decryption Secrets Blocks of pcapng.
  public let keyLog: [String]
  /// What somebody wrote about the file, from section headers of pcapng.
  public let comments: [String]
  /// How many packets there are.
  public let packetCount: Int
  /// How many packets are in no stream, and why.
  public let skipped: Skipped
  /// Where the file stopped making sense, as at the end of one whose writer was killed; nil if all of it
  /// was read. What came before is in ``streams``.
  public let damage: CaptureError?

  /// Numbers of packets by why they were not read.
  public struct Skipped: Sendable, Hashable {
    /// What is not TCP over IP.
    public internal(set) var notTCP = 0
    /// What has a header that contradicts itself or is not all there.
    public internal(set) var malformed = 0
    /// Pieces of IP packets of which others are missing.
    public internal(set) var fragments = 0
    /// What is of a link type that is not known here, by its number in the registry at
    /// <https://www.tcpdump.org/linktypes.html>.
    public internal(set) var linkTypes: [Int: Int] = [:]

    /// All of them.
    public var count: Int { notTCP + malformed + fragments + linkTypes.values.reduce(0, +) }
  }

  /// Reads a file.
  ///
  /// - Throws: ``CaptureError`` if it is no capture, or if something is wrong before its first packet
  ///   ends. What is wrong behind that is ``damage``.
  public init(_ bytes: [UInt8]) throws(CaptureError) {
    let isNew = PcapngFile.isBegun(by: bytes)
    self = isNew ? Capture(of: try PcapngFile(bytes)) : Capture(of: try PcapFile(bytes))
    if packetCount == 0, let damage { throw damage }
  }

  /// Whether bytes begin with a magic number of pcap or pcapng.
  public static func isCapture(_ bytes: [UInt8]) -> Bool {
    PcapngFile.isBegun(by: bytes) || PcapFile.format(of: bytes) != nil
  }

  private init(of file: consuming some PacketFile) {
    var packets = PacketSorter()
    do throws(CaptureError) {
      while let packet = try file.next() { packets.add(packet) }
      damage = nil
    } catch {
      damage = error
    }
    (keyLog, comments) = (file.keyLog, file.comments)
    (packetCount, skipped) = (packets.count, packets.skipped)
    var streams = packets.table.removeAll().enumerated().map { number, stream in
      CapturedStream(stream, number: number)
    }
    CaptureNotes(keyLog: keyLog, comments: comments).add(to: &streams)
    self.streams = streams
  }
}

/// Puts each packet where it belongs.
private struct PacketSorter {
  var table = StreamTable()
  private(set) var count = 0
  private var internet = InternetLayer()
  private var unread = Capture.Skipped()

  var skipped: Capture.Skipped {
    var skipped = unread
    skipped.fragments -= internet.joinedCount
    return skipped
  }

  mutating func add(_ packet: CapturedPacket) {
    count += 1
    do throws(Unread) {
      let payload = try internet.payload(of: LinkLayer.internetPacket(in: packet))
      table.add(try TCPSegment(payload), at: packet.time)
    } catch {
      switch error {
      case .notTCP: unread.notTCP += 1
      case .malformed: unread.malformed += 1
      case .fragment: unread.fragments += 1
      case .linkType: unread.linkTypes[Int(packet.linkType), default: 0] += 1
      }
    }
  }
}
