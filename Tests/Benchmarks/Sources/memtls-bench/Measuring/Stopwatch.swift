#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// This thread's processor time: what others do to the machine counts as little as it can.
enum Stopwatch {
  /// Seconds that a slice took.
  static func time(_ slice: () throws -> Void) rethrows -> Double {
    let start = now
    try slice()
    return now - start
  }

  private static var now: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
