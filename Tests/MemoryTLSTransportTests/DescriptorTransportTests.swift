import Glibc
import MemoryTLSTransport
import SystemPackage
import Testing

@Suite struct DescriptorTransportTests {
  @Test(arguments: Channel.allCases)
  func `both sides read what the other wrote, then its end`(channel: Channel) throws {
    let (one, other) = try channel.ends()
    let near = DescriptorTransport(one)
    let far = DescriptorTransport(other)
    #expect(try near.read().movement == .wouldBlock)
    #expect(try near.write(Array("ping".utf8)) == .moved(4))
    #expect(try far.write(Array("pong".utf8)) == .moved(4))
    #expect(try far.read().bytes == Array("ping".utf8))
    #expect(try near.read().bytes == Array("pong".utf8))
    #expect(try near.closeSending() == .ended)
    #expect(try near.closeSending() == .ended)
    #expect(try far.read().movement == .ended)
    #expect(try far.write(Array("late".utf8)) == .moved(4))
    #expect(try near.read().bytes == Array("late".utf8))
    #expect(throws: Errno.brokenPipe) { try near.write([1]) }
  }

  @Test func `an end that has no room reads nothing and an empty write moves nothing`() throws {
    let (one, other) = try socketPair()
    let near = DescriptorTransport(one)
    let far = DescriptorTransport(other)
    #expect(try far.write([1, 2, 3]) == .moved(3))
    #expect(try near.read(upTo: 0).movement == .moved(0))
    #expect(try near.write([]) == .moved(0))
    #expect(try near.read(upTo: 2).bytes == [1, 2])
    #expect(try near.read(upTo: 2).bytes == [3])
  }

  @Test(arguments: Channel.allCases)
  func `a full channel that may block does not, and loses nothing`(channel: Channel) async throws {
    try await apart {
      let (one, other) = try channel.ends()
      let near = DescriptorTransport(one)
      let far = DescriptorTransport(other)
      let flags = [one.input, one.output, other.input, other.output].map(\.statusFlags)
      #expect(flags.allSatisfy { $0 & O_NONBLOCK == 0 })
      let sent = pattern(1 << 20)
      try expectFull(near, of: sent, far)
      #expect([one.input, one.output, other.input, other.output].map(\.statusFlags) == flags)
    }
  }

  @Test func `a channel that is set not to block takes more than 4 KiB at once`() throws {
    let pipe = try FileDescriptor.privatePipe()
    _ = fcntl(pipe.writeEnd.rawValue, F_SETFL, pipe.writeEnd.statusFlags | O_NONBLOCK)
    let transport = DescriptorTransport(input: pipe.readEnd, output: pipe.writeEnd)
    let sent = pattern(1 << 20)
    guard case .moved(let count) = try transport.write(sent) else {
      Issue.record("an empty pipe took nothing")
      return
    }
    #expect(4096 < count && count < sent.count)
    #expect(try transport.write(sent) == .wouldBlock)
    #expect(try transport.read(upTo: 1 << 20).bytes == Array(sent.prefix(count)))
  }

  @Test func `a pipe of one page is filled to the last byte`() async throws {
    try await apart {
      let pipes = try PipePair(capacity: 4096)
      let near = DescriptorTransport(pipes.near)
      let far = DescriptorTransport(pipes.far)
      #expect(try near.write(pattern(10_000)) == .moved(4096))
      #expect(try near.write([1]) == .wouldBlock)
      #expect(try far.read().bytes == Array(pattern(10_000).prefix(4096)))
      #expect(try near.write([1]) == .moved(1))
    }
  }

  @Test func `a regular file is read to its end`() throws {
    let path = FilePath("/tmp/memtls-\(getpid())-regular")
    let writer = try FileDescriptor.open(
      path, .readWrite, options: [.create, .truncate], permissions: .ownerReadWrite)
    defer { unlink(path.string) }
    try writer.writeAll(pattern(10_000))
    let reader = try FileDescriptor.open(path, .readOnly)
    let transport = DescriptorTransport(input: reader, output: writer)
    #expect(try transport.read().bytes == pattern(10_000))
    #expect(try transport.read().movement == .ended)
    #expect(try transport.write([7]) == .moved(1))
    #expect(try transport.read().bytes == [7])
  }

  @Test func `a FIFO has not ended before its first writer came`() throws {
    let path = "/tmp/memtls-\(getpid())-fifo"
    #expect(mkfifo(path, 0o600) == 0)
    defer { unlink(path) }
    let input = try FileDescriptor.open(FilePath(path), .readOnly, options: .nonBlocking)
    let spare = try FileDescriptor.privatePipe()
    defer { try? spare.readEnd.close() }
    let transport = DescriptorTransport(input: input, output: spare.writeEnd)
    #expect(try transport.read().movement == .wouldBlock)
    let writer = try FileDescriptor.open(FilePath(path), .writeOnly)
    #expect(try transport.read().movement == .wouldBlock)
    try writer.writeAll([1, 2])
    try writer.close()
    #expect(try transport.read().bytes == [1, 2])
    #expect(try transport.read().movement == .ended)
  }

  @Test func `a descriptor that is not open is an error both ways`() throws {
    let nothing = FileDescriptor(rawValue: 1 << 20)
    let transport = DescriptorTransport(nothing)
    #expect(throws: Errno.badFileDescriptor) { try transport.read() }
    #expect(throws: Errno.badFileDescriptor) { try transport.write([1]) }
    #expect(throws: Errno.badFileDescriptor) { try transport.write(pattern(5000)) }
  }

  @Test func `the readiness names the input for reading and the output for writing`() throws {
    let pipes = try PipePair()
    let near = DescriptorTransport(pipes.near)
    let far = DescriptorTransport(pipes.far)
    let reading = Readiness.Wait(near.input, CShort(POLLIN))
    let writing = Readiness.Wait(near.output, CShort(POLLOUT))
    #expect(near.readiness(for: .read).waits == [reading])
    #expect(near.readiness(for: .write).waits == [writing])
    #expect(near.readiness(for: [.read, .write]).waits == [reading, writing])
    #expect(near.readiness(for: []).waits.isEmpty)
    #expect(try near.closeSending() == .ended)
    #expect(near.readiness(for: .write).isReady)
    #expect(try far.read().movement == .ended)
  }
}

/// Writes until nothing more goes, reads everything, and compares; twice.
func expectFull(
  _ near: some Transport, of sent: [UInt8], _ far: some Transport,
  at location: SourceLocation = #_sourceLocation
) throws {
  for _ in 0..<2 {
    try wait(for: near.readiness(for: .write), until: stalled)
    var count = 0
    while count < sent.count, case .moved(let moved) = try near.write(Array(sent[count...])) {
      count += moved
    }
    #expect(0 < count && count < sent.count, sourceLocation: location)
    let received = try far.collect(count)
    #expect(received == Array(sent.prefix(count)), sourceLocation: location)
  }
}
