/// A checked configuration, ready to make engines: wraps an `SSL_CTX`.
///
/// Making one parses certificates and keys and costs about a millisecond; share it between all
/// connections of a kind, on any thread. It never changes.
public final class TLSContext: Sendable {
  /// What it was made from.
  public let configuration: TLSConfiguration
  let handle: ContextHandle
  // What each engine asks, so that none of them has to go through the configuration for it.
  let unfitnessToServe: TLSError?
  let ticketsAwaitVerdict: Bool

  /// Reads every file the configuration names and checks every setting.
  ///
  /// - Parameters:
  ///   - configuration: How connections are to be made.
  ///   - entropy: Where random bytes come from, for its keys and all of its engines.
  ///   - clock: What time it is for its engines.
  /// - Throws: a fault of the caller that names the setting or file; nothing is left behind.
  public init(
    _ configuration: TLSConfiguration, entropy: Entropy = .system, clock: TLSClock = .system
  ) throws(TLSError) {
    try configuration.ringCapacity.check()
    guard configuration.trust != .decision || configuration.decisions.contains(.peerCertificate)
    else { throw .configuration("trust by decision needs .peerCertificate among the decisions") }
    self.configuration = configuration
    unfitnessToServe = configuration.unfitnessToServe
    ticketsAwaitVerdict = configuration.ticketsAwaitVerdict
    let library = try LibraryContext.of(entropy)
    handle = try library.run { () throws(TLSError) in
      try ContextHandle(configuration, in: library, clock)
    }
    library.begin()
  }
}

extension TLSContext {
  /// With a seed, has the next engine draw what the first one drew.
  package func startOver() { handle.library.begin() }
}

extension RingCapacity {
  fileprivate func check() throws(TLSError) {
    for bytes in [incoming, outgoing] where !(Self.smallest...Self.largest ~= bytes) {
      throw .configuration(
        "ring capacity of \(bytes) bytes is not within \(Self.smallest)...\(Self.largest)")
    }
  }
}
