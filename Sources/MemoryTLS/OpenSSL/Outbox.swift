/// What a failed connection still has to send, moved out of the ring to make room for the alert.
///
/// Empty in normal operation; at most the ring's capacity, the 4 KiB of OpenSSL's handshake buffer
/// and one alert.
struct Outbox {
  private var bytes: [UInt8] = []
  private var start = 0

  var count: Int { bytes.count - start }
  var isEmpty: Bool { count == 0 }

  func withSpan<E: Error>(_ body: (Span<UInt8>) throws(E) -> Int) throws(E) -> Int {
    try body(bytes.span.extracting(start...))
  }

  mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }

  mutating func removeFirst(_ taken: Int) {
    start += taken
    guard start == bytes.count else { return }
    bytes = []
    start = 0
  }

  mutating func move(into out: inout OutputSpan<UInt8>) {
    let taken = min(count, out.freeCapacity)
    for byte in bytes[start..<start + taken] { out.append(byte) }
    removeFirst(taken)
  }
}
