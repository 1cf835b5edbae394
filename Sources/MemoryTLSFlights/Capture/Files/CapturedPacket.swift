/// A packet as it stands in a capture file.
struct CapturedPacket {
  /// What its bytes begin with (see `LinkLayer`).
  let linkType: UInt16
  /// The bytes that were kept of it, a slice of the file.
  let bytes: ArraySlice<UInt8>
  /// How many there were on the wire, which may be more.
  let originalCount: Int
  /// When it was seen.
  let time: Timestamp?
}

/// A file of packets that is read from its start to its end.
protocol PacketFile {
  /// The lines of key logs that have come so far.
  var keyLog: [String] { get }
  /// The comments on the file that have come so far.
  var comments: [String] { get }
  /// The next packet; nil behind the last.
  mutating func next() throws(CaptureError) -> CapturedPacket?
}
