/// The outline of a line of a key log (RFC 9850 §2): a label, a client's random and a secret.
struct KeyLogLine {
  /// The random that says whose secret it is, in lower-case hexadecimal where it is one.
  let clientRandom: String

  /// Nil if the line is of another form.
  init?(_ line: String) {
    let words = line.utf8.split(separator: 0x20, omittingEmptySubsequences: false)
    guard words.count == 3, words.allSatisfy({ !$0.isEmpty }),
      line.utf8.allSatisfy({ 0x20...0x7E ~= $0 })
    else { return nil }
    clientRandom = String(words[1])?.lowercased() ?? ""
  }

  /// The lines of that form in a key log; comments, empty lines and anything else are left out.
  static func lines(in bytes: ArraySlice<UInt8>) -> [String] {
    bytes.split { $0 == 0x0A || $0 == 0x0D }.compactMap {
      let line = String(decoding: $0, as: UTF8.self)
      return KeyLogLine(line) == nil || line.hasPrefix("#") ? nil : line
    }
  }
}
