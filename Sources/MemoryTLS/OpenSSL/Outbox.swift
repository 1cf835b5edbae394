/// What is still to be sent, moved out of the ring to make room for an alert.
///
/// Empty in normal operation. In a failed connection it holds at most the ring's capacity, the 4 KiB
/// of OpenSSL's handshake buffer and one alert. A TLS 1.2 peer that asks for renegotiations gets it
/// filled with as many bytes as it sent, at most the incoming ring's capacity, and nothing is read
/// until it is empty again.
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

  @discardableResult
  mutating func move(into out: inout OutputSpan<UInt8>) -> Int {
    let taken = min(count, out.freeCapacity)
    for byte in bytes[start..<start + taken] { out.append(byte) }
    removeFirst(taken)
    return taken
  }
}
