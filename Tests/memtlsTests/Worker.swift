import Foundation

/// A thread that is waited for; what it throws is thrown there.
final class Worker: @unchecked Sendable {
  private var failure: (any Error)?
  private let isDone = DispatchSemaphore(value: 0)

  init(_ body: @escaping @Sendable () throws -> Void) {
    Thread.detachNewThread { [self] in
      do { try body() } catch { failure = error }
      isDone.signal()
    }
  }

  func join() throws {
    isDone.wait()
    if let failure { throw failure }
  }
}
