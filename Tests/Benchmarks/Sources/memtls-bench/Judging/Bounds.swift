extension Bound {
  /// How far a quick look may find things. That is far outside of what was measured, so that only what
  /// is wrong gets there, on any machine: times are compared within one run, never by themselves.
  static let all = ratios + counts + steadyState

  /// To `c-matched`, which does the same work. The aims are 0.98 for connections and 16 KiB, and 0.95
  /// for ping-pong; what a machine does meanwhile makes less than 0.05 of difference in four seconds.
  private static let ratios = [
    "handshake", "handshake-mutual", "resumed", "resumed-mutual", "bulk-16k-aes128", "ping-pong",
  ].flatMap { workload in
    both.map { subject in
      Bound(workload: workload, subject: subject, measure: ratio, limit: .atLeast(0.8))
    }
  }

  /// Twice what was counted on 2026-11-23 with OpenSSL 3.0.22: steps and calls of OpenSSL, and
  /// allocations, are the same every time.
  private static let counts = [
    ("handshake", "steps", 5), ("handshake", "calls", 180), ("handshake", "allocations", 16),
    ("resumed", "steps", 5), ("resumed", "calls", 239), ("resumed", "allocations", 27),
    ("bulk-16k", "calls", 15), ("ping-pong", "calls", 28),
  ].map { workload, measure, counted in
    Bound(
      workload: workload, subject: "memtls", measure: measure, limit: .atMost(2 * Double(counted)))
  }

  /// Push, pull, read and write allocate nothing once a connection is open: README.md says so.
  private static let steadyState = ["bulk-16k", "ping-pong"].flatMap { workload in
    both.map { subject in
      Bound(workload: workload, subject: subject, measure: "allocations", limit: .atMost(0))
    }
  }

  /// The measure that is a rate over that of `c-matched`.
  static let ratio = "ratio"

  private static let both = ["memtls", "memtls-zerocopy"]
}
