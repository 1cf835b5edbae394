import MemoryTLS
import MemoryTLSFlights

/// A flight for scripts, but for its records and messages.
struct FlightDocument: Encodable {
  let number: Int
  let from: String
  let time: Nullable<String>
  let bytes: Int
  let hex: String

  init(_ flight: OutlinedFlight) {
    number = flight.number
    from = flight.flight.direction.sender
    time = Nullable(value: flight.flight.time?.description)
    bytes = flight.flight.bytes.count
    hex = Hexadecimal.text(flight.flight.bytes)
  }

  /// Writes it with its records and messages.
  func write(
    _ flight: OutlinedFlight, in outline: Outline, _ write: (String) throws -> Void
  ) throws {
    try write(json().opened + ",\"messages\":[")
    var separator = ""
    for message in flight.entries.lazy.compactMap({ MessageDocument($0) }) {
      try write(separator + (try message.json()))
      separator = ","
    }
    try write("],\"records\":[")
    for (index, record) in flight.records.enumerated() {
      let document = RecordDocument(record, in: outline.dissection)
      try write((index == 0 ? "" : ",") + (try document.json()))
    }
    try write("]}")
  }

  /// A record, in the flight where it begins.
  struct RecordDocument: Encodable {
    let number: Int
    let type: String
    let version: String
    let offset: Int
    let bytes: Int
    let protection: String
    let innerType: Nullable<String>
    let reason: Nullable<String>

    init(_ index: Int, in dissection: Dissection) {
      let record = dissection.records[index]
      number = index + 1
      (type, version) = ("\(record.record.contentType)", "\(record.record.version)")
      (offset, bytes) = (record.offset, record.record.byteCount)
      var (inner, why): (String?, String?) = (nil, nil)
      switch record.content {
      case .plaintext: protection = "plaintext"
      case .decrypted(let type): (protection, inner) = ("decrypted", "\(type)")
      case .unreadable(let reason): (protection, why) = ("closed", reason)
      }
      (innerType, reason) = (Nullable(value: inner), Nullable(value: why))
    }
  }

  /// A message, in the flight where it begins.
  struct MessageDocument: Encodable {
    let number: Int
    let name: String
    let type: String
    let encrypted: Bool
    let bytes: Int
    let hex: String
    let records: [Int]
    let fields: [FieldDocument]

    /// Nil for closed records.
    init?(_ entry: OutlineEntry) {
      guard let message = entry.message, let number = entry.number else { return nil }
      (self.number, name, type) = (number, entry.name, "\(message.contentType)")
      (encrypted, bytes) = (entry.isEncrypted, message.bytes.count)
      hex = Hexadecimal.text(message.bytes)
      records = entry.records.map { $0 + 1 }
      fields = entry.fields.map(FieldDocument.init)
    }
  }

  /// A field and its parts.
  struct FieldDocument: Encodable {
    let name: String
    let value: String
    let offset: Int
    let hex: String
    let volatile: Bool
    let fields: [FieldDocument]

    init(_ field: MessageField) {
      (name, value, offset) = (field.name, field.value, field.offset)
      (hex, volatile) = (Hexadecimal.text(field.bytes), field.isVolatile)
      fields = field.children.map(FieldDocument.init)
    }
  }
}
