import Foundation
import Glibc
import MemoryTLSTransport
import SystemPackage
import Testing

@Suite struct SpawningTests {
  @Test func `a program is found through PATH and its arguments come as they are`() throws {
    let arguments = ["a b", "", "'\"$x\\", "*", "ä\n"]
    let child = try ChildTransport(["printf", "%s|"] + arguments)
    let output = String(decoding: try child.collect(.max), as: UTF8.self)
    #expect(output == arguments.map { $0 + "|" }.joined())
    let path = try #require(Child.path(of: "true"))
    #expect(try ChildTransport([path]).waitForExit(until: stalled) == .exited(0))
  }

  @Test func `what cannot be run says why, and nothing stays open`() throws {
    let scratch = try Scratch()
    let file = try scratch.append(Array("#!/nowhere/sh".utf8), to: "file").string
    let before = OpenFiles.all().count
    for _ in 0..<100 {
      #expect(throws: Errno.noSuchFileOrDirectory) { try ChildTransport(["memtls-no-such"]) }
      #expect(throws: Errno.noSuchFileOrDirectory) { try ChildTransport(["/nowhere/sh"]) }
      #expect(throws: Errno.permissionDenied) { try ChildTransport([file]) }
      #expect(throws: Errno.invalidArgument) { try ChildTransport([]) }
    }
    #expect(OpenFiles.all().count < before + 50)
  }

  @Test func `a child has its pipes as stdin and stdout alone, and our stderr`() throws {
    let child = try ChildTransport(["cat"])
    let other = try ChildTransport(["cat"])
    // The program runs once it answers.
    for cat in [child, other] {
      #expect(try cat.write([1]) == .moved(1))
      #expect(try cat.collect(1) == [1])
    }
    let pipes = child.readiness(for: [.read, .write]).waits.compactMap {
      OpenFiles.name(of: $0.descriptor.rawValue)
    }
    #expect(pipes.count == 2)
    #expect(OpenFiles.name(of: 1, in: child.processID) == pipes[0])
    #expect(OpenFiles.name(of: 0, in: child.processID) == pipes[1])
    #expect(OpenFiles.name(of: 2, in: child.processID) == OpenFiles.name(of: 2))
    for pipe in pipes {
      #expect(OpenFiles.all(of: child.processID).count { $0 == pipe } == 1)
      #expect(OpenFiles.all().count { $0 == pipe } == 1)
      #expect(!OpenFiles.all(of: other.processID).contains(pipe))
    }
  }

  @Test func `a child cannot be kept from blocking by our pipes, nor we`() throws {
    let child = try ChildTransport(["sh", "-c", "exec cat /proc/self/fdinfo/0 /proc/self/fdinfo/1"])
    let flags = String(decoding: try child.collect(.max), as: UTF8.self)
      .split(separator: "\n").filter { $0.hasPrefix("flags:") }
      .compactMap { CInt($0.dropFirst(6).trimmingCharacters(in: .whitespaces), radix: 8) }
    #expect(flags.count == 2 && flags.allSatisfy { $0 & O_NONBLOCK == 0 })
    for wait in child.readiness(for: [.read, .write]).waits {
      #expect(wait.descriptor.statusFlags & O_NONBLOCK != 0)
      #expect(fcntl(wait.descriptor.rawValue, F_GETFD) == FD_CLOEXEC)
    }
  }

  @Test func `signals that are ignored or blocked here are not in the child`() async throws {
    try await apart {
      signal(SIGUSR2, SIG_IGN)
      defer { signal(SIGUSR2, SIG_DFL) }
      var set = sigset_t()
      sigaddset(&set, SIGUSR2)
      pthread_sigmask(SIG_BLOCK, &set, nil)
      let child = try ChildTransport(["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"])
      let masks = String(decoding: try child.collect(.max), as: UTF8.self)
        .split(separator: "\n").map { UInt64($0.dropFirst(8), radix: 16) }
      // The C library keeps two of its own, 32 and 33.
      #expect(masks.map { $0.map { $0 & 0x7FFF_FFFF } } == [0, 0])
    }
  }
}
