import Glibc
import MemoryTLSTransport
import SystemPackage
import Testing

/// FIFOs; terminals are in ``TerminalSettingsTests``.
@Suite struct OpeningTests {
  @Test(arguments: Beginning.allCases)
  func `whoever comes first, both meet and see each other's bytes and end`(
    beginning: Beginning
  ) async throws {
    let fifos = try FIFOs()
    let (near, far) = try await together {
      if beginning == .farFirst { eventually("far waits") { fifos.isOpen(fifos.there) } }
      return try exchange(fifos.near(until: stalled), sending: pattern(1000))
    } _: {
      if beginning == .nearFirst { eventually("near waits") { fifos.isOpen(fifos.back) } }
      return try exchange(fifos.far(until: stalled), sending: pattern(2000, seed: 2))
    }
    #expect(near == pattern(2000, seed: 2))
    #expect(far == pattern(1000))
    #expect(fifos.scratch.openPaths == [])
  }

  @Test func `the end is seen of a side that never wrote, and of one that is gone already`() throws
  {
    let fifos = try FIFOs()
    let reader = try FileDescriptor.open(fifos.there, .readOnly, options: .nonBlocking)
    let near = try fifos.near()
    let writer = try FileDescriptor.open(fifos.back, .writeOnly, options: .nonBlocking)
    for end in [reader, writer] { try end.close() }
    try wait(for: near.readiness(for: .read), until: stalled)
    #expect(try near.read().movement == .ended)
    #expect(throws: Errno.brokenPipe) { try near.write([1]) }
  }

  @Test func `before the first writer comes there is no end, and nothing that ends a wait`() throws
  {
    let fifos = try FIFOs()
    let reader = try FileDescriptor.open(fifos.there, .readOnly, options: .nonBlocking)
    defer { try? reader.close() }
    let near = try fifos.near()
    for _ in 0..<3 {
      #expect(try near.read().movement == .wouldBlock)
      #expect(throws: WaitFailure.deadlineExceeded) {
        try wait(for: near.readiness(for: .read), until: .now)
      }
    }
    let writer = try FileDescriptor.open(fifos.back, .writeOnly, options: .nonBlocking)
    #expect(try near.read().movement == .wouldBlock)
    try writer.writeAll([1, 2])
    try writer.close()
    #expect(try near.read().bytes == [1, 2])
    #expect(try near.read().movement == .ended)
  }

  @Test func `when nobody comes the deadline ends it, and nothing stays open`() throws {
    let fifos = try FIFOs()
    let failure = openFailure { try fifos.near(until: .now) }
    #expect(failure == .wait(fifos.there, .deadlineExceeded))
    #expect(failure?.description == "nobody opened \(fifos.there) in time")
    #expect(fifos.scratch.openPaths == [])
  }

  @Test func `when nobody comes an interrupter ends it, also from another thread`() async throws {
    let fifos = try FIFOs()
    let interrupter = try Interrupter()
    // A yes or no: the worker outlives the test, and a leak checker does not see the pointer to a path
    // inside an enum.
    let waiting = Worker {
      openFailure { try fifos.near(interrupter: interrupter) } == .wait(fifos.there, .interrupted)
    }
    eventually("near waits") { fifos.isOpen(fifos.back) }
    interrupter.interrupt()
    #expect(try await waiting.value)
    let failure = openFailure { try fifos.near(interrupter: interrupter) }
    #expect(failure == .wait(fifos.there, .interrupted))
    #expect(failure?.description == "interrupted")
    #expect(fifos.scratch.openPaths == [])
  }

  @Test(arguments: ["missing", "file", "socket", "directory"], [true, false])
  func `what is no FIFO is refused by name, and nothing stays open`(
    name: String, isInput: Bool
  ) throws {
    let scratch = try Scratch()
    let fifo = try scratch.fifo("fifo")
    let other = name == "directory" ? scratch.directory : scratch.path(name)
    if name == "file" { try scratch.append([], to: name) }
    if name == "socket" { _ = try scratch.socket(name) }
    let failure = openFailure {
      try DescriptorTransport.openFIFOs(
        input: isInput ? other : fifo, output: isInput ? fifo : other, until: .now)
    }
    let isMissing = name == "missing"
    let reason = isMissing ? "does not exist" : "is no FIFO: make one with mkfifo"
    #expect(failure?.description == "\(other) \(reason)")
    #expect(
      failure == (isMissing ? .system(other, .noSuchFileOrDirectory) : .wrongKind(other, reason)))
    #expect(scratch.openPaths == [])
  }

  @Test func `one FIFO both ways is refused: it would read what it wrote`() throws {
    let scratch = try Scratch()
    let fifo = try scratch.fifo("fifo")
    let failure = openFailure { try DescriptorTransport.openFIFOs(input: fifo, output: fifo) }
    #expect(failure?.description == "\(fifo) is both input and output: two FIFOs are needed")
    #expect(scratch.openPaths == [])
  }
}

/// Who opens first.
enum Beginning: CaseIterable, Sendable {
  case nearFirst, farFirst, atOnce
}

/// Two FIFOs in a directory of their own.
struct FIFOs: Sendable {
  let scratch: Scratch
  let there: FilePath
  let back: FilePath

  init() throws {
    scratch = try Scratch()
    (there, back) = (try scratch.fifo("there"), try scratch.fifo("back"))
  }

  func near(
    until deadline: ContinuousClock.Instant? = nil, interrupter: Interrupter? = nil
  ) throws(OpenFailure) -> DescriptorTransport {
    try .openFIFOs(input: back, output: there, until: deadline, interrupter: interrupter)
  }

  func far(
    until deadline: ContinuousClock.Instant? = nil
  ) throws(OpenFailure) -> DescriptorTransport {
    try .openFIFOs(input: there, output: back, until: deadline)
  }

  func isOpen(_ path: FilePath) -> Bool { scratch.openPaths.contains(path) }
}

/// Says something and ends, and reads to the other's end.
private func exchange(
  _ transport: DescriptorTransport, sending bytes: [UInt8]
) throws -> [UInt8] {
  #expect(try transport.write(bytes) == .moved(bytes.count))
  #expect(try transport.closeSending() == .ended)
  return try transport.collect(.max)
}

/// Why something was not opened; an issue if it was.
func openFailure(
  at location: SourceLocation = #_sourceLocation, _ open: () throws -> DescriptorTransport
) -> OpenFailure? {
  #expect(throws: OpenFailure.self, sourceLocation: location) { _ = try open() }
}
