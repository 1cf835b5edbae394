internal import CSeededRandom
public import MemoryTLS

extension Entropy {
  /// The same bytes every time, in every process: for tests alone, since whoever knows the seed knows
  /// every key.
  ///
  /// The stream is that of ChaCha20 (RFC 8439 §2.4) with the seed, as 8 little-endian bytes before 24
  /// zeros, for a key, and a nonce of 0. Every context draws from a stream of its own, from the
  /// start, and its engines from where 2³² bytes were drawn. Give a client and a server different
  /// seeds, and use the engines of one context on one thread: else what they draw depends on who comes
  /// first.
  ///
  /// The context has a library context of its own, too: the providers that `openssl.cnf` loads are
  /// not in it.
  public static func seeded(_ seed: UInt64) -> Entropy {
    unsafe Entropy(
      RandomGenerator(
        install: { unsafe CSeededRandom_install($0, seed) },
        begin: { unsafe CSeededRandom_move($0, enginesBegin) }))
  }

  /// Bytes from the start of the stream: more than any context draws when it is made.
  private static let enginesBegin: UInt64 = 1 << 32
}
