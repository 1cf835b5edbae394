import Glibc
import MemoryTLSTransport
import Synchronization
import SystemPackage
import Testing

@Suite struct ReadinessTests {
  @Test func `a ready descriptor ends the wait, even behind its deadline`() throws {
    let (one, other) = try socketPair()
    let near = DescriptorTransport(one)
    let far = DescriptorTransport(other)
    #expect(try far.write([1]) == .moved(1))
    try wait(for: near.readiness(for: .read))
    try wait(for: near.readiness(for: .read), until: .now - .seconds(1))
    try wait(for: near.readiness(for: .write), until: .now - .seconds(1))
    #expect(try near.read().bytes == [1])
  }

  @Test func `a passed deadline ends a wait for what is not ready`() throws {
    let (one, other) = try socketPair()
    let near = DescriptorTransport(one)
    let far = DescriptorTransport(other)
    for deadline in [ContinuousClock.now - .seconds(1), .now, .now + .milliseconds(1)] {
      #expect(throws: WaitFailure.deadlineExceeded) {
        try wait(for: near.readiness(for: .read), until: deadline)
      }
      #expect(ContinuousClock.now >= deadline)
    }
    #expect(try far.write([1]) == .moved(1))
    try wait(for: near.readiness(for: .read))
  }

  @Test func `one ready descriptor of several is enough`() throws {
    let (one, other) = try socketPair()
    let near = DescriptorTransport(one)
    let far = DescriptorTransport(other)
    #expect(throws: WaitFailure.deadlineExceeded) {
      try wait(for: far.readiness(for: .read).union(near.readiness(for: .read)), until: .now)
    }
    #expect(try far.write([1]) == .moved(1))
    try wait(for: far.readiness(for: .read).union(near.readiness(for: .read)))
    try wait(for: near.readiness(for: .read).union(far.readiness(for: .read)))
    try wait(for: near.readiness(for: [.read, .write]))
  }

  @Test func `the other side's end is something to wait for`() throws {
    let pipes = try PipePair()
    let near = DescriptorTransport(pipes.near)
    var far: DescriptorTransport? = DescriptorTransport(pipes.far)
    #expect(far?.readiness(for: .read).isReady == false)
    far = nil
    try wait(for: near.readiness(for: .read))
    try wait(for: near.readiness(for: .write))
    #expect(throws: Errno.brokenPipe) { try near.write([1]) }
  }

  @Test func `a time to look again ends the wait without failure`() throws {
    let (one, other) = try socketPair()
    let near = DescriptorTransport(one)
    let far = DescriptorTransport(other)
    var readiness = near.readiness(for: .read)
    readiness.time = .now + .milliseconds(1)
    try wait(for: readiness, until: stalled)
    readiness.waits = []
    try wait(for: readiness, until: stalled)
    try wait(for: readiness)
    #expect(try far.read().movement == .wouldBlock)
  }

  @Test func `with nothing to wait for there is no wait`() throws {
    let interrupter = try Interrupter()
    #expect(throws: WaitFailure.nothingToWaitFor) { try wait(for: Readiness()) }
    #expect(throws: WaitFailure.nothingToWaitFor) {
      try wait(for: Readiness(), interrupter: interrupter)
    }
    #expect(throws: WaitFailure.deadlineExceeded) { try wait(for: Readiness(), until: .now) }
    try wait(for: .now)
    try wait(for: .now, until: .now - .seconds(1))
  }

  @Test func `a union is ready when either is, at the earlier time`() throws {
    let instant = ContinuousClock.now
    var (early, late) = (Readiness(), Readiness())
    early.time = instant
    late.time = instant + .seconds(1)
    let wait = Readiness.Wait(.standardInput, CShort(POLLIN))
    late.waits = [wait]
    for both in [early.union(late), late.union(early)] {
      #expect(both.time == instant)
      #expect(both.waits == [wait])
      #expect(!both.isReady)
      #expect(both.union(.now).isReady && Readiness.now.union(both).isReady)
    }
    #expect(Readiness().union(late).time == late.time)
    #expect(Readiness().union(Readiness()).time == nil)
  }

  @Test func `signals do not end a wait`() async throws {
    let (one, other) = try socketPair()
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in signalsSeen.add(1, ordering: .relaxed) }
    #expect(sigaction(SIGUSR1, &action, nil) == 0)
    let waiter = Atomic<UInt>(0)
    let waiting = Worker {
      let near = DescriptorTransport(one)
      // Threads that the runtime makes start with most signals blocked.
      var signals = sigset_t()
      sigaddset(&signals, SIGUSR1)
      pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      waiter.store(UInt(pthread_self()), ordering: .releasing)
      defer { waiter.store(.max, ordering: .releasing) }
      try wait(for: near.readiness(for: .read), until: stalled)
      return try near.read().bytes
    }
    try await apart { () throws in
      let far = DescriptorTransport(other)
      let start = signalsSeen.load(ordering: .relaxed)
      while signalsSeen.load(ordering: .relaxed) - start < 200 {
        let thread = waiter.load(ordering: .acquiring)
        guard thread != .max else { break }
        if thread != 0 { pthread_kill(pthread_t(thread), SIGUSR1) }
        sched_yield()
      }
      #expect(try far.write([1]) == .moved(1))
    }
    #expect(try await waiting.value == [1])
  }
}

private let signalsSeen = Atomic<Int>(0)
