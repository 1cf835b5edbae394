/// A block of pcapng (draft-ietf-opsawg-pcapng §3.1): its body, from which all is taken strictly.
struct PcapngBlock {
  struct Kind: RawRepresentable, Hashable {
    let rawValue: UInt32

    static let interface = Kind(rawValue: 1)
    /// Obsolete: the enhanced one took its place.
    static let packet = Kind(rawValue: 2)
    static let simplePacket = Kind(rawValue: 3)
    static let enhancedPacket = Kind(rawValue: 6)
    static let secrets = Kind(rawValue: 10)
    static let section = Kind(rawValue: 0x0A0D_0D0A)
  }

  struct Option {
    let code: UInt16
    let value: ArraySlice<UInt8>
  }

  /// Where it begins in the file.
  let offset: Int
  let type: Kind
  /// What has not been taken of its body.
  var fields: Fields

  func fault(_ reason: String) -> CaptureError { CaptureError(offset: offset, reason: reason) }

  mutating func number<Number: FixedWidthInteger>(
    _: Number.Type = Number.self
  ) throws(CaptureError) -> Number {
    guard let number = fields.number(Number.self) else {
      throw fault("block is too short for what its type needs")
    }
    return number
  }

  /// So many bytes, and what fills them up to a multiple of four.
  mutating func padded(_ count: Int) throws(CaptureError) -> ArraySlice<UInt8> {
    let left = fields.rest.count
    guard let bytes = fields.bytes(count), fields.bytes(-count & 3) != nil else {
      throw fault("block says it carries \(count) bytes where \(left) are left")
    }
    return bytes
  }

  /// The options that follow: there may be none, and the end of the block ends them as well.
  mutating func options() throws(CaptureError) -> [Option] {
    var options: [Option] = []
    while !fields.rest.isEmpty {
      let (code, count) = (try number(UInt16.self), Int(try number(UInt16.self)))
      guard code != 0 else {
        guard count == 0 else { throw fault("end of options says it has \(count) bytes") }
        break
      }
      options.append(Option(code: code, value: try padded(count)))
    }
    return options
  }
}

// MARK: - Sections and secrets

extension PcapngBlock {
  /// The comments of a section header, whose byte order is known already.
  consuming func sectionComments() throws(CaptureError) -> [String] {
    _ = try number(UInt32.self)
    let (major, minor) = (try number(UInt16.self), try number(UInt16.self))
    guard major == 1 else { throw fault("version \(major).\(minor) of pcapng, where 1.0 is known") }
    _ = try number(UInt64.self)
    return try options().filter { $0.code == 1 }.map { String(decoding: $0.value, as: UTF8.self) }
  }

  /// The lines of a key log, if the secrets are those of TLS.
  consuming func secrets() throws(CaptureError) -> [String] {
    let (type, count) = (try number(UInt32.self), Int(try number(UInt32.self)))
    let bytes = try padded(count)
    _ = try options()
    return type == Self.tlsKeyLog ? KeyLog(text: String(decoding: bytes, as: UTF8.self)).lines : []
  }

  /// "TLSK" (draft-ietf-opsawg-pcapng §4.7).
  static let tlsKeyLog: UInt32 = 0x544C_534B
}
