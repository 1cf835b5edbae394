import Foundation
import SystemPackage

/// Threads whose start can fail, which `Thread` does not tell.
enum OwnThread {
  /// Runs a body on a new thread (pthread_create(3)).
  ///
  /// - Throws: `Errno.resourceTemporarilyUnavailable` and the like; the body does not run then.
  static func start(_ body: @escaping @Sendable () -> Void) throws(Errno) {
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
    guard failure != 0 else {
      pthread_detach(thread)
      return
    }
    unsafe held.release()
    throw Errno(rawValue: failure)
  }

  private final class Body {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
