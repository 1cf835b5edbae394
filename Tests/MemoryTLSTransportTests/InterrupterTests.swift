import MemoryTLSTransport
import SystemPackage
import Testing

@Suite struct InterrupterTests {
  @Test func `what was interrupted before ends every wait until it is reset`() throws {
    let (one, other) = try socketPair()
    let near = DescriptorTransport(one)
    let far = DescriptorTransport(other)
    let interrupter = try Interrupter()
    #expect(!interrupter.isInterrupted)
    interrupter.interrupt()
    #expect(interrupter.isInterrupted)
    for readiness in [near.readiness(for: .read), near.readiness(for: .write), .now, Readiness()] {
      #expect(throws: WaitFailure.interrupted) {
        try wait(for: readiness, interrupter: interrupter)
      }
    }
    interrupter.reset()
    #expect(!interrupter.isInterrupted)
    #expect(throws: WaitFailure.deadlineExceeded) {
      try wait(for: near.readiness(for: .read), until: .now, interrupter: interrupter)
    }
    #expect(try far.write([1]) == .moved(1))
    try wait(for: near.readiness(for: .read), interrupter: interrupter)
  }

  @Test func `another thread ends a wait`() async throws {
    let (one, other) = try socketPair()
    let interrupter = try Interrupter()
    let waiting = Worker {
      let near = DescriptorTransport(one)
      try wait(for: near.readiness(for: .read), until: stalled, interrupter: interrupter)
    }
    let far = DescriptorTransport(other)
    interrupter.interrupt()
    await #expect(throws: WaitFailure.interrupted) { try await waiting.value }
    #expect(try far.read().movement == .ended)
  }

  @Test func `one interrupt ends the waits of all threads`() async throws {
    let interrupter = try Interrupter()
    let pipe = try FileDescriptor.privatePipe()
    defer { for end in [pipe.readEnd, pipe.writeEnd] { try? end.close() } }
    var readiness = Readiness()
    readiness.waits = [.init(pipe.readEnd, 1)]
    let threads = (0..<4).map { [readiness] _ in
      Worker { try wait(for: readiness, until: stalled, interrupter: interrupter) }
    }
    interrupter.interrupt()
    for thread in threads {
      await #expect(throws: WaitFailure.interrupted) { try await thread.value }
    }
  }

  @Test func `interrupting more often than a pipe holds does not block and one reset undoes it`()
    async throws
  {
    try await apart {
      let interrupter = try Interrupter()
      for _ in 0..<70_000 { interrupter.interrupt() }
      #expect(interrupter.isInterrupted)
      interrupter.reset()
      #expect(!interrupter.isInterrupted)
    }
  }
}
