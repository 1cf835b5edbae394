import Glibc
import MemoryTLSTransport
import SystemPackage
import Testing

/// Numbers of closed descriptors are given out again at once, so these tests look at the open file
/// from its other end: it has ended when nobody holds it any more.
@Suite struct DescriptorOwnershipTests {
  @Test func `both descriptors are closed with the transport`() throws {
    let pipes = try PipePair()
    let far = DescriptorTransport(pipes.far)
    var near: DescriptorTransport? = DescriptorTransport(pipes.near)
    #expect(near?.input == pipes.near.input && near?.output == pipes.near.output)
    #expect(try far.read().movement == .wouldBlock)
    near = nil
    #expect(try far.read().movement == .ended)
    #expect(throws: Errno.brokenPipe) { try far.write([1]) }
  }

  @Test func `one descriptor for both ways is closed once`() throws {
    let (one, other) = try socketPair()
    let far = DescriptorTransport(other)
    var near: DescriptorTransport? = DescriptorTransport(one)
    #expect(try near?.write([1]) == .moved(1))
    near = nil
    #expect(try far.read().bytes == [1])
    #expect(try far.read().movement == .ended)
    #expect(throws: Errno.brokenPipe) { try far.write([1]) }
  }

  @Test func `an output closed for sending is not closed again`() throws {
    let pipes = try PipePair()
    let far = DescriptorTransport(pipes.far)
    var near: DescriptorTransport? = DescriptorTransport(pipes.near)
    #expect(try near?.closeSending() == .ended)
    #expect(try far.read().movement == .ended)
    // Takes the number that was just given back, if nobody else was faster.
    let spare = try FileDescriptor.privatePipe()
    near = nil
    #expect(throws: Errno.brokenPipe) { try far.write([1]) }
    #expect(try spare.writeEnd.writeAll([5]) == 1)
    let reader = DescriptorTransport(input: spare.readEnd, output: spare.writeEnd)
    #expect(try reader.read().bytes == [5])
  }

  @Test func `two descriptors of one socket are shut down together`() throws {
    let (one, other) = try socketPair()
    let far = DescriptorTransport(other)
    let near = DescriptorTransport(input: one, output: try one.duplicate())
    #expect(try near.closeSending() == .ended)
    #expect(try far.read().movement == .ended)
    #expect(try far.write([3]) == .moved(1))
    #expect(try near.read().bytes == [3])
  }
}
