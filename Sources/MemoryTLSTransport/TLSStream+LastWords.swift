internal import MemoryTLS

// What a peer says before it goes explains why the channel to it takes no more.

extension TLSStream {
  /// Throws the reason why the channel takes no more, if it does not: the peer's last words explain it
  /// better. Plaintext before them, at most 32 KiB, is kept for the next reads.
  func reportSendFailure() throws(Failure) {
    guard let sendFailure else { return }
    var movement = Movement.moved(0)
    while engine.phase != .handshake, keptPlaintext.count < 16384, case .moved = movement {
      keptPlaintext += try [UInt8](capacity: 16384) { out throws(Failure) in
        movement = try readRecord(into: &out)
      }
    }
    throw sendFailure
  }

  /// Reads what was kept, if anything was.
  func readKept(into out: inout OutputSpan<UInt8>) -> Movement? {
    guard !keptPlaintext.isEmpty else { return nil }
    let count = min(keptPlaintext.count, out.freeCapacity)
    out.append(contentsOf: keptPlaintext.prefix(count))
    keptPlaintext = keptPlaintext.dropFirst(count)
    return .moved(count)
  }
}
