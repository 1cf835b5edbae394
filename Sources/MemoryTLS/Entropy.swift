/// Where the random bytes of a context and its engines come from.
///
/// ``system`` unless a test wants the same bytes every time: the module MemoryTLSTesting has
/// `.seeded(_:)`, which is nothing for anything that is to be secret.
public struct Entropy: Sendable {
  /// OpenSSL's own generators, which the operating system seeds.
  public static let system = Entropy(generator: nil)

  let generator: RandomGenerator?

  private init(generator: RandomGenerator?) { self.generator = generator }

  /// A generator of its own, in a library context of its own, for every ``TLSContext``.
  package init(_ generator: RandomGenerator) { self.init(generator: generator) }
}
