import Foundation

/// Runs a body on so many threads at once, and waits for all; it is told which one it is.
///
/// - Returns: what they returned, in no order.
func onThreads<Value: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Int) throws -> Value
) async throws -> [Value] {
  try await withThrowingTaskGroup(of: Value.self) { group in
    for number in 0..<count {
      group.addTask(executorPreference: OwnThread()) { try body(number) }
    }
    return try await group.reduce(into: []) { $0.append($1) }
  }
}

/// Runs every job on a new thread: tasks alone share as many as there are processors.
private final class OwnThread: TaskExecutor {
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    Thread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }.start()
  }
}

/// Whether these tests run under a sanitizer, which is slow and holds memory back.
let isSanitized = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
