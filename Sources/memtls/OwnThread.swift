import Foundation
import SystemPackage

/// A thread whose start can fail, and whose end can be waited for, neither of which `Thread` tells.
@safe
struct OwnThread: @unchecked Sendable {
  private let thread: pthread_t

  /// Runs a body on a new thread (pthread_create(3)), which has to be joined.
  ///
  /// - Throws: `Errno.resourceTemporarilyUnavailable` and the like; the body does not run then.
  init(_ body: @escaping @Sendable () -> Void) throws(Errno) {
    let held = unsafe Unmanaged.passRetained(Body(run: body))
    var thread = pthread_t()
    let failure = unsafe pthread_create(
      &thread, nil,
      { argument in
        if let argument = unsafe argument {
          unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        }
        return nil
      }, held.toOpaque())
    guard failure == 0 else {
      unsafe held.release()
      throw Errno(rawValue: failure)
    }
    self.thread = thread
  }

  /// Waits until it is over, with everything that libraries keep in it (pthread_join(3)); once.
  func join() { pthread_join(thread, nil) }

  private final class Body {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
