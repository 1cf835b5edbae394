internal import COpenSSL

/// A value behind a lock of OpenSSL's, which is one of the system's.
///
/// Not a `Mutex`: on Linux, ThreadSanitizer does not see that it locks (Swift 6.3), and takes whatever
/// it guards for a race. These are here to be shown without any.
@safe
final class Locked<Value>: @unchecked Sendable {
  private let lock: UnsafeMutableRawPointer
  private var value: Value

  init(_ value: Value) {
    // As wherever Swift itself finds no memory for an object.
    guard let lock = unsafe CRYPTO_THREAD_lock_new() else {
      fatalError("out of memory for a lock")
    }
    unsafe self.lock = lock
    self.value = value
  }

  deinit { unsafe CRYPTO_THREAD_lock_free(lock) }

  func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    unsafe CRYPTO_THREAD_write_lock(lock)
    defer { unsafe CRYPTO_THREAD_unlock(lock) }
    return body(&value)
  }
}
