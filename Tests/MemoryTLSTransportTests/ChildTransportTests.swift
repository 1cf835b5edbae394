import Glibc
import MemoryTLSTransport
import SystemPackage
import Testing

/// How children are talked to and end; how they start is in ``SpawningTests``.
@Suite struct ChildTransportTests {
  @Test func `a child reads what is written, and its output and end are read`() async throws {
    try await apart {
      let child = try ChildTransport(["cat"])
      #expect(child.name == "cat" && child.processID > 0)
      #expect(try child.read().movement == .wouldBlock)
      #expect(child.exitStatus == nil)
      for seed in 1...20 as ClosedRange<UInt32> {
        #expect(try child.write(pattern(3000, seed: seed)) == .moved(3000))
        #expect(try child.collect(3000) == pattern(3000, seed: seed))
      }
      #expect(try child.closeSending() == .ended)
      #expect(try child.collect(.max) == [])
      #expect(try child.waitForExit(until: stalled) == .exited(0))
      #expect(throws: Errno.brokenPipe) { try child.write([1]) }
    }
  }

  @Test func `a full pipe takes no more and does not block`() async throws {
    try await apart {
      let child = try ChildTransport(["sleep", "1000"])
      var movement = Movement.moved(0)
      for _ in 0..<10_000 {
        guard case .moved = movement else { break }
        movement = try child.write(pattern(100_000))
      }
      #expect(movement == .wouldBlock)
      #expect(!child.readiness(for: [.read, .write]).isReady)
      #expect(child.readiness(for: [.read, .write]).waits.count == 2)
    }
  }

  @Test(
    arguments: zip(
      ["exit 0", "exit 3", "exit 255", "kill -KILL $$", "kill -TERM $$"],
      [.exited(0), .exited(3), .exited(255), .signaled(SIGKILL), .signaled(SIGTERM)]
        as [MemoryTLSTransport.ExitStatus]))
  func `the exit status is told, again and again, and no zombie stays`(
    script: String, expected: MemoryTLSTransport.ExitStatus
  ) async throws {
    try await apart {
      let child = try ChildTransport(["sh", "-c", script])
      #expect(try child.waitForExit(until: stalled) == expected)
      #expect(child.exitStatus == expected)
      #expect(try child.waitForExit(until: .now) == expected)
      expectNoChild(child.processID)
      child.terminate()
      #expect(child.exitStatus == expected)
    }
  }

  @Test func `an exit status in words`() {
    #expect(MemoryTLSTransport.ExitStatus.exited(3).description == "ended with status 3")
    #expect(MemoryTLSTransport.ExitStatus.signaled(9).description == "was ended by signal 9")
  }

  @Test func `a child that says more than anybody reads still ends`() async throws {
    try await apart {
      let child = try ChildTransport(["sh", "-c", "head -c 1000000 /dev/zero; exit 4"])
      #expect(try child.waitForExit(until: stalled) == .exited(4))
    }
  }

  @Test func `a child that closes its output and goes on is waited for`() async throws {
    try await apart {
      let child = try ChildTransport(["sh", "-c", "exec >/dev/null; cat; exit 5"])
      #expect(try child.collect(.max) == [])
      #expect(try child.waitForExit(until: stalled) == .exited(5))
    }
  }

  @Test func `waiting ends at the deadline or when interrupted; the child goes on`() async throws {
    try await apart {
      let child = try ChildTransport(["sleep", "1000"])
      #expect(throws: WaitFailure.deadlineExceeded) { try child.waitForExit(until: .now) }
      let interrupter = try Interrupter()
      interrupter.interrupt()
      #expect(throws: WaitFailure.interrupted) {
        try child.waitForExit(until: stalled, interrupter: interrupter)
      }
      #expect(child.exitStatus == nil)
      child.terminate()
      #expect(child.exitStatus == .signaled(SIGTERM))
      expectNoChild(child.processID)
    }
  }

  @Test(arguments: [true, false])
  func `when it goes so does the child, also one that ignores SIGTERM`(
    ignores: Bool
  ) async throws {
    try await apart {
      let trap = ignores ? "trap '' TERM; " : ""
      var child: ChildTransport? = try ChildTransport(["sh", "-c", trap + "echo; exec sleep 1000"])
      #expect(try child?.collect(1) == Array("\n".utf8))
      let process = try #require(child?.processID)
      #expect(kill(process, 0) == 0)
      child = nil
      expectNoChild(process)
      #expect(kill(process, 0) != 0)
    }
  }

  @Test func `a child that ended before leaves no zombie when its transport goes`() async throws {
    try await apart {
      var child: ChildTransport? = try ChildTransport(["true"])
      let process = try #require(child?.processID)
      #expect(try child?.collect(.max) == [])
      child = nil
      expectNoChild(process)
    }
  }
}

/// Neither running nor a zombie (waitpid(2)).
func expectNoChild(_ process: Int32, at location: SourceLocation = #_sourceLocation) {
  #expect(waitpid(process, nil, WNOHANG) == -1, sourceLocation: location)
  #expect(errno == ECHILD, sourceLocation: location)
}
