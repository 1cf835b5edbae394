public import MemoryTLS

extension TLSClock {
  /// What time it is where everything comes from a seed, unless asked otherwise: 14 November 2023,
  /// 22:13:20 UTC, which is 1,700,000,000 seconds after 1970 and in ``TestIdentity/validity``.
  public static let seeded = TLSClock.fixed(1_700_000_000)
}
