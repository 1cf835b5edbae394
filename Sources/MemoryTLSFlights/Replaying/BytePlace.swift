import MemoryTLS

/// Where in a flight a byte stands that differs, where no message differs in words.
struct BytePlace {
  private let recorded: ReadFlight
  private let now: ReadFlight
  private let offset: Int

  init(_ recorded: ReadFlight, _ now: ReadFlight, _ offset: Int) {
    (self.recorded, self.now, self.offset) = (recorded, now, offset)
  }

  /// The field, if it can be read, or else the record, with its bytes.
  var difference: Difference {
    if let field = now.fieldPlace(at: offset) { return byte(in: field) }
    return otherRecord ?? sealedMessage ?? byte(in: recordPlace)
  }

  /// Records of other types or sizes at the same place.
  private var otherRecord: Difference? {
    let (olds, news) = (recorded.whole, now.whole)
    let start = zip(olds, news).prefix { old, new in
      old.contentType == new.contentType && old.byteCount == new.byteCount
    }.count
    guard olds.indices.contains(start), news.indices.contains(start) else { return nil }
    let bytes = news.prefix(start).reduce(0) { $0 + $1.byteCount }
    guard bytes..<bytes + 5 ~= offset else { return nil }
    let words = [olds[start], news[start]].map { "\($0.contentType) of \($0.byteCount) bytes" }
    return Difference(
      ", record \(start + 1): recorded \(words[0]); now \(words[1])", recorded.bytes, now.bytes)
  }

  private func byte(in place: String) -> Difference {
    let words = [recorded.bytes, now.bytes].map { bytes in
      bytes.indices.contains(offset) ? Hexadecimal.text([bytes[offset]]) : "nothing"
    }
    return Difference(
      ", \(place), byte \(offset) of the flight: recorded \(words[0]); now \(words[1])",
      recorded.bytes, now.bytes)
  }

  /// As the flight is cut now: what was recorded may have lost its form.
  private var recordPlace: String {
    var start = 0
    for (index, record) in Record.split(now.bytes).records.enumerated() {
      guard offset >= start + record.byteCount else {
        let name = "record \(index + 1) (\(record.contentType), \(record.byteCount) bytes)"
        return offset - start < 5 ? "\(name), its header" : name
      }
      start += record.byteCount
    }
    return "behind all whole records"
  }

  /// The first message with other bytes, where there are messages of both.
  private var sealedMessage: Difference? {
    guard let olds = recorded.messages, let news = now.messages, olds.count == news.count,
      let (old, new) = zip(olds, news).first(where: { $0.bytes != $1.bytes })
    else { return nil }
    let leaves = [recorded.terms.fields(of: old), now.terms.fields(of: new)].map { fields in
      fields.flatMap(\.leaves).filter { !$0.isLength }
    }
    let field = zip(leaves[0], leaves[1]).first { $0.bytes != $1.bytes }
    let place = [new.name, field?.1.name].compactMap { $0 }.joined(separator: ", ")
    return Difference(", \(place): the same in words, but other bytes", old.bytes, new.bytes)
  }
}

extension ReadFlight {
  fileprivate var whole: [Record] { Record.split(bytes).records }

  /// Which message and field a byte of the flight belongs to; nil if that cannot be read.
  fileprivate func fieldPlace(at offset: Int) -> String? {
    // The handshake's bytes that are not sealed, as if no records cut them.
    var stream: [UInt8] = []
    var place: Int?
    for record in plainRecords where record.record.contentType == .handshake {
      let payload = record.offset + 5
      if payload..<record.offset + record.record.byteCount ~= offset {
        place = stream.count + offset - payload
      }
      stream += record.slice.dropFirst(5)
    }
    return place.flatMap { fieldPlace(at: $0, of: stream) }
  }

  private func fieldPlace(at place: Int, of stream: [UInt8]) -> String? {
    var start = 0
    while stream.count - start >= 4 {
      let body = stream[start + 1..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      let message = stream[start...].prefix(4 + body)
      guard place >= start + 4 + body else { return fieldPlace(at: place - start, in: message) }
      start += 4 + body
    }
    return nil
  }

  private func fieldPlace(at place: Int, in bytes: ArraySlice<UInt8>) -> String {
    let message = ProtocolMessage(
      direction: .clientToServer, contentType: .handshake, bytes: Array(bytes))
    var path = [message.name]
    var fields = terms.fields(of: message)
    while let field = fields.first(where: { $0.offset..<$0.offset + $0.bytes.count ~= place }) {
      path.append(field.name)
      fields = field.children
    }
    return path.joined(separator: ", ")
  }
}
