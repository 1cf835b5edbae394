import ArgumentParser

/// A SHA-256 as hexadecimal digits, with colons if wanted.
struct Fingerprint: ExpressibleByArgument {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  init?(argument: String) {
    let digits = Array(argument.filter { $0 != ":" })
    guard digits.count == 64, digits.allSatisfy(\.isHexDigit) else { return nil }
    bytes = stride(from: 0, to: 64, by: 2).compactMap {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
    guard bytes.count == 32 else { return nil }
  }

  /// 64 digits.
  var text: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
  }
}
