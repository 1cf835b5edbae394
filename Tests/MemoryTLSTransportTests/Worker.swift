import Dispatch
import Foundation
import MemoryTLSTransport

/// A body that runs on a thread of its own, so that blocking calls block nobody else; a task, so that
/// what it expects is expected by the test.
final class Worker<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var outcome: Result<Value, any Error>?
  private var waiting: CheckedContinuation<Result<Value, any Error>, Never>?

  init(_ body: @escaping @Sendable () throws -> Value) {
    Task(executorPreference: OwnThread()) { self.finish(Result(catching: body)) }
  }

  /// What the body returned or threw; to be awaited once, at the latest at the test's end. A thread
  /// that hangs is left behind.
  var value: Value {
    get async throws {
      DispatchQueue.global().asyncAfter(deadline: .now() + patience) {
        self.finish(.failure(Stalled()))
      }
      return try await withCheckedContinuation { waiting in
        lock.lock()
        defer { lock.unlock() }
        if let outcome { waiting.resume(returning: outcome) } else { self.waiting = waiting }
      }.get()
    }
  }

  /// The first result counts.
  private func finish(_ result: Result<Value, any Error>) {
    lock.lock()
    defer { lock.unlock() }
    guard outcome == nil else { return }
    outcome = result
    waiting?.resume(returning: result)
  }
}

/// Runs every job on a new thread.
private final class OwnThread: TaskExecutor {
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    Thread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }.start()
  }
}

/// A thread hung in a call that must not block.
struct Stalled: Error {}

/// Runs both on threads of their own and waits for both, whatever they throw.
@discardableResult
func together<A: Sendable, B: Sendable>(
  _ first: @escaping @Sendable () throws -> A, _ second: @escaping @Sendable () throws -> B
) async throws -> (A, B) {
  let (one, other) = (Worker { Result(catching: first) }, Worker { Result(catching: second) })
  let (result, otherResult) = (try await one.value, try await other.value)
  return (try result.get(), try otherResult.get())
}

/// Runs a body on a thread of its own and waits for it.
func apart<A: Sendable>(_ body: @escaping @Sendable () throws -> A) async throws -> A {
  try await Worker(body).value
}

/// Seconds that only a stall ever takes, also where tests wait long for a processor.
let patience = 1200.0

/// A deadline that only a stall ever meets.
var stalled: ContinuousClock.Instant { .now + .seconds(patience) }
