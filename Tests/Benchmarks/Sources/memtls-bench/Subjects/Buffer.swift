/// Memory that is filled again and again.
@safe
final class Buffer {
  private let memory: UnsafeMutableBufferPointer<UInt8>

  init(capacity: Int) { unsafe memory = .allocate(capacity: capacity) }

  deinit { unsafe memory.deallocate() }

  /// How much fits.
  var capacity: Int { unsafe memory.count }

  /// Has its first bytes filled anew, and answers what the body does.
  func fill<Result, E: Error>(
    upTo count: Int, _ body: (inout OutputSpan<UInt8>) throws(E) -> Result
  ) throws(E) -> Result {
    let part = unsafe UnsafeMutableBufferPointer(rebasing: memory[..<count])
    var out = unsafe OutputSpan(buffer: part, initializedCount: 0)
    let result = try body(&out)
    _ = unsafe out.finalize(for: part)
    return result
  }
}
