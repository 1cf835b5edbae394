#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// This thread's processor time: what others do to the machine counts as little as it can.
enum Stopwatch {
  /// In seconds since some moment.
  static func read() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
