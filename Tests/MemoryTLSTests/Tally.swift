import COpenSSL
@testable import MemoryTLS

/// Counts what is freed: an engine's `SSL`, both halves of its BIO pair, and its observer's closure.
final class Tally: Sendable {
  private let numbers = Locked((counted: 0, freed: 0))

  var counted: Int { numbers.withLock { $0.counted } }
  var freed: Int { numbers.withLock { $0.freed } }

  /// An observer whose capture is counted.
  func observer() -> MessageObserver {
    let witness = Witness(self)
    return { _ in withExtendedLifetime(witness) {} }
  }

  /// Counts the C objects of an engine.
  func count(_ engine: TLSEngine) {
    let me = Unmanaged.passUnretained(self).toOpaque()
    SSL_set_ex_data(engine.connection.ssl, Self.ofSSL, me)
    BIO_set_ex_data(engine.connection.inner, Self.ofBIO, me)
    BIO_set_ex_data(engine.connection.outer, Self.ofBIO, me)
    numbers.withLock { $0.counted += 3 }
  }

  private final class Witness: Sendable {
    private let tally: Tally

    init(_ tally: Tally) {
      self.tally = tally
      tally.numbers.withLock { $0.counted += 1 }
    }

    deinit { tally.numbers.withLock { $0.freed += 1 } }
  }

  private static let ofSSL = CRYPTO_get_ex_new_index(
    CRYPTO_EX_INDEX_SSL, 0, nil, nil, nil
  ) { _, tally, _, _, _, _ in noteFreedObject(of: tally) }
  private static let ofBIO = CRYPTO_get_ex_new_index(
    CRYPTO_EX_INDEX_BIO, 0, nil, nil, nil
  ) { _, tally, _, _, _, _ in noteFreedObject(of: tally) }

  fileprivate func noteFreed() { numbers.withLock { $0.freed += 1 } }
}

private func noteFreedObject(of tally: UnsafeMutableRawPointer?) {
  guard let tally else { return }
  Unmanaged<Tally>.fromOpaque(tally).takeUnretainedValue().noteFreed()
}
