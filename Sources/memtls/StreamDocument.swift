import MemoryTLS
import MemoryTLSFlights

extension StreamReport {
  /// Writes one JSON object with everything but the secrets themselves, piece by piece: it is much
  /// longer than the file it is about.
  func writeJSON(_ write: (String) throws -> Void) throws {
    try write(StreamDocument(self).json().opened + ",\"flights\":[")
    for (index, flight) in outline.flights.enumerated() {
      if index > 0 { try write(",") }
      try FlightDocument(flight).write(flight, in: outline, write)
    }
    try write("]}\n")
  }
}

extension String {
  /// The text of an object without its last brace, so that more can follow.
  var opened: String { String(dropLast()) }
}

/// A connection for scripts, but for its flights. They, records and messages count from 1, offsets from
/// 0; bytes are hexadecimal digits.
private struct StreamDocument: Encodable {
  let stream: Int
  let endpoints: Nullable<Endpoints>
  let packets: Nullable<Int>
  let before: Nullable<Counts>
  let version: Nullable<String>
  let cipher: Nullable<String>
  let serverName: Nullable<String>
  let clientRandom: Nullable<String>
  let secrets: [String]
  let metadata: MetadataDocument
  let holes: [HoleDocument]
  let rests: [RestDocument]

  init(_ report: StreamReport) {
    let (captured, outline) = (report.stream.captured, report.outline)
    let metadata = outline.log.metadata
    stream = report.stream.number
    endpoints = Nullable(value: metadata.endpoints.flatMap(Endpoints.init))
    packets = Nullable(value: captured?.packetCount)
    before = Nullable(value: (captured?.plaintextBefore).map(Counts.init))
    version = Nullable(value: outline.dissection.version?.description)
    cipher = Nullable(value: outline.dissection.cipherSuite?.description)
    serverName = Nullable(value: outline.dissection.serverName)
    clientRandom = Nullable(value: outline.dissection.clientRandom.map { Hexadecimal.text($0) })
    secrets = metadata.keyLog.compactMap { $0.split(separator: " ").first.map(String.init) }
    self.metadata = MetadataDocument(metadata)
    holes = (captured?.holes ?? []).map(HoleDocument.init)
    rests = outline.dissection.rests.map(RestDocument.init)
  }
}

private struct Endpoints: Encodable {
  let client: String
  let server: String

  init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count == 2 else { return nil }
    (client, server) = (String(words[0]), String(words[1]))
  }
}

private struct Counts: Encodable {
  let client: Int
  let server: Int

  init(_ counts: ByteCounts) {
    (client, server) = (counts.clientToServer, counts.serverToClient)
  }
}

private struct HoleDocument: Encodable {
  let from: String
  let offset: Int
  let bytes: Nullable<Int>

  init(_ hole: CapturedStream.Hole) {
    (from, offset) = (hole.direction.sender, hole.offset)
    bytes = Nullable(value: hole.byteCount)
  }
}

/// What is no whole record or message.
private struct RestDocument: Encodable {
  let from: String
  let flight: Int
  let offset: Int
  let bytes: Int
  let reason: String

  init(_ rest: Dissection.Rest) {
    (from, flight) = (rest.direction.sender, rest.flight + 1)
    (offset, bytes, reason) = (rest.offset, rest.byteCount, rest.reason)
  }
}

private struct MetadataDocument: Encodable {
  let openssl: Nullable<String>
  let role: Nullable<String>
  let serverName: Nullable<String>
  let clientSeed: Nullable<UInt64>
  let serverSeed: Nullable<UInt64>
  let time: Nullable<Int64>
  let identity: Nullable<UInt64>
  let options: [String]
  let comments: [String]
  let extra: [ExtraDocument]

  init(_ metadata: FlightLog.Metadata) {
    openssl = Nullable(value: metadata.openssl)
    role = Nullable(value: metadata.role?.rawValue)
    serverName = Nullable(value: metadata.serverName)
    clientSeed = Nullable(value: metadata.clientSeed)
    serverSeed = Nullable(value: metadata.serverSeed)
    time = Nullable(value: metadata.time)
    identity = Nullable(value: metadata.identity)
    (options, comments) = (metadata.options, metadata.comments)
    extra = metadata.extra.map { ExtraDocument(key: $0.key, value: $0.value) }
  }
}

private struct ExtraDocument: Encodable {
  let key: String
  let value: String
}
