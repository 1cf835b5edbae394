import Dispatch
import Foundation
import Glibc
import MemoryTLSTransport
import SystemPackage
import Testing

/// What a write does to signals, on threads of their own because masks belong to threads.
@Suite struct DescriptorSignalTests {
  @Test(arguments: Channel.allCases)
  func `writing to nobody is an error, not a signal`(channel: Channel) async throws {
    try await apart {
      signal(SIGPIPE, SIG_DFL)
      let (one, other) = try channel.ends()
      let near = DescriptorTransport(one)
      _ = DescriptorTransport(other)
      var set = sigset_t()
      sigaddset(&set, SIGPIPE)
      pthread_sigmask(SIG_UNBLOCK, &set, nil)
      let before = SignalState()
      #expect(!before.blocked && !before.pending)
      #expect(throws: Errno.brokenPipe) { try near.write([1]) }
      #expect(throws: Errno.brokenPipe) { try near.write(pattern(100_000)) }
      #expect(SignalState() == before)
    }
  }

  @Test func `a SIGPIPE that was pending before stays pending`() async throws {
    try await apart {
      let pipe = try FileDescriptor.privatePipe()
      let spare = try FileDescriptor.privatePipe()
      defer { try? spare.writeEnd.close() }
      try pipe.readEnd.close()
      let near = DescriptorTransport(input: spare.readEnd, output: pipe.writeEnd)
      try withPendingSIGPIPE {
        let before = SignalState()
        #expect(before.blocked && before.pending)
        #expect(throws: Errno.brokenPipe) { try near.write([1]) }
        #expect(SignalState() == before)
      }
    }
  }

  @Test func `a blocked SIGPIPE stays blocked and does not become pending`() async throws {
    try await apart {
      let pipe = try FileDescriptor.privatePipe()
      let spare = try FileDescriptor.privatePipe()
      defer { try? spare.writeEnd.close() }
      try pipe.readEnd.close()
      let near = DescriptorTransport(input: spare.readEnd, output: pipe.writeEnd)
      var set = sigset_t()
      sigaddset(&set, SIGPIPE)
      pthread_sigmask(SIG_BLOCK, &set, nil)
      #expect(throws: Errno.brokenPipe) { try near.write([1]) }
      #expect(SignalState() == SignalState(blocked: true, pending: false))
    }
  }
}

/// What is known of SIGPIPE on this thread.
private struct SignalState: Equatable {
  var blocked: Bool
  var pending: Bool

  init(blocked: Bool, pending: Bool) { (self.blocked, self.pending) = (blocked, pending) }

  init() {
    var set = sigset_t()
    pthread_sigmask(SIG_BLOCK, nil, &set)
    blocked = sigismember(&set, SIGPIPE) == 1
    sigpending(&set)
    pending = sigismember(&set, SIGPIPE) == 1
  }
}

/// Raises SIGPIPE on this thread with the signal blocked, and takes it back afterwards.
private func withPendingSIGPIPE(_ body: () throws -> Void) throws {
  var set = sigset_t()
  sigaddset(&set, SIGPIPE)
  pthread_sigmask(SIG_BLOCK, &set, nil)
  pthread_kill(pthread_self(), SIGPIPE)
  defer {
    var now = timespec()
    #expect(sigtimedwait(&set, nil, &now) == SIGPIPE)
    #expect(sigtimedwait(&set, nil, &now) < 0)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }
  try body()
}
