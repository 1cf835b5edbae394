import MemoryTLS

extension FlightLog {
  /// The log as a `.flights` file: header lines, then the flights as hexadecimal dumps.
  ///
  ///     # format: memtls-flights 1
  ///     # role: client
  ///     # message ClientHello 01000102...
  ///     >>> Flow 1 (client to server)
  ///     00000000  16 03 01 01 06 01 00 01  02 03 03 ...  |................|
  ///
  /// The same log gives the same text, and ``init(text:)`` an equal log; but a message without bytes,
  /// which no engine makes, is left out.
  public var text: String {
    var text: [UInt8] = []
    for line in headerLines { text += Array((line + "\n").utf8) }
    for (index, flight) in flights.enumerated() {
      for line in flight.noteLines { text += Array((line + "\n").utf8) }
      text += Array(">>> Flow \(index + 1) (\(flight.direction.words))\n".utf8)
      HexDump.append(flight.bytes, to: &text)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private var headerLines: [String] {
    let known = HeaderKey.allCases.flatMap { key in
      key.values(in: metadata).map { (key.rawValue, $0) }
    }
    return (known + metadata.extra.map { ($0.key, $0.value) }).map { key, value in
      value.isEmpty ? "# \(key):" : "# \(key): \(HeaderValue.escaped(value))"
    }
  }
}

extension Flight {
  /// What stands before the flight, for those who read it again.
  fileprivate var noteLines: [String] {
    (time.map { ["# @\($0)"] } ?? []) + notes.compactMap(line)
  }

  private func line(_ note: FlightNote) -> String? {
    switch note {
    case .message(let message) where message.bytes.isEmpty: nil
    case .message(let message): "# message \(message.name) \(Hexadecimal.text(message.bytes))"
    case .write(let bytes):
      "# write \(direction.sender)" + (bytes.isEmpty ? "" : " \(Hexadecimal.text(bytes))")
    }
  }
}

extension Direction {
  /// Who sends: "client" or "server".
  package var sender: String { self == .clientToServer ? "client" : "server" }

  /// As the recorded flows of Go's crypto/tls say it.
  var words: String { "\(sender) to \(reversed.sender)" }
}
