/// The formats of capture files that are written.
public enum CaptureFormat: Sendable, Hashable, CaseIterable {
  /// The format of tcpdump, with nanoseconds. It has no place for secrets and comments.
  case pcap
  /// The format of Wireshark, with secrets and comments in it.
  case pcapng
}

extension FlightLog {
  /// A capture of this connection: TCP over IP over Ethernet, made up around the bytes.
  ///
  /// It has the packets that open and close a connection, segments of an ordinary size, and what
  /// acknowledges them, with their checksums. The addresses are those in `metadata.endpoints`; where
  /// it has none, 192.0.2.1 and 192.0.2.2 (RFC 5737), and port 443. That port also stands in the place
  /// of one whose protocol begins in plaintext, such as 25: Wireshark would not look for TLS there.
  ///
  /// A flight without a time goes on from the one before it, a microsecond a packet, the first from
  /// `metadata.time` or 1970. A flight without bytes is not there.
  public func capture(as format: CaptureFormat) -> [UInt8] {
    var clock = PacketClock(startOf: self)
    var connection = ConnectionWriter(between: Endpoints(metadata.endpoints) ?? .documentation)
    var file = format == .pcap ? PcapWriter.header : PcapngWriter.header(with: metadata)
    func write(_ packet: [UInt8]) {
      let time = clock.next()
      switch format {
      case .pcap: PcapWriter.append(packet, at: time, to: &file)
      case .pcapng: PcapngWriter.append(packet, at: time, to: &file)
      }
    }
    connection.open(write)
    for flight in flights {
      clock.begin(flight)
      connection.send(flight, write)
    }
    connection.close(write)
    return file
  }
}
