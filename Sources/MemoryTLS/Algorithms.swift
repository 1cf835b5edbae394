/// Where a context finds its algorithms: it changes how long handshakes take.
public enum Algorithms: Sendable, Hashable, CaseIterable {
  /// In the process's library context, with whatever providers `openssl.cnf` loads.
  case all
  /// In a library context with what TLS needs of OpenSSL's default provider and nothing else: full
  /// handshakes take about an eighth less time, mutual ones a fifth.
  ///
  /// Whenever OpenSSL decodes a public key, as it does for each certificate of a peer, it looks through
  /// everything that the library context has. What is offered, negotiated, accepted and refused is the
  /// same, except that intermediate certificates with an SM2 key vouch for nobody, and that other
  /// providers add nothing to TLS (suites, groups, signatures). Files are read as with ``all``, and a
  /// private key may be any provider's.
  ///
  /// A context is refused if it has a seed, and if the process has other implementations, or not all:
  /// because of `openssl.cnf`, of default properties (`fips=yes`), or of providers loaded later.
  ///
  /// One library context serves the whole process; it is made by the first that asks for it (1 ms,
  /// about 350 KiB) and never freed. Each thread has random generators of its own in it, 12 KiB, while
  /// it lives.
  case needed
}
