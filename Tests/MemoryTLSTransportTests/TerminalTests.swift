import Glibc
import MemoryTLSTransport
import SystemPackage
import Testing

@Suite struct TerminalTests {
  @Test func `bytes pass a raw pseudo-terminal both ways`() throws {
    let (one, other) = try pseudoTerminal()
    let master = DescriptorTransport(one)
    let slave = DescriptorTransport(other)
    #expect(try slave.read().movement == .wouldBlock)
    for start in stride(from: 0, to: 256, by: 64) {
      let piece = (start..<start + 64).map { UInt8($0) }
      #expect(try master.write(piece) == .moved(64))
      try expectArrival(of: piece, at: slave)
      #expect(try slave.write(piece) == .moved(64))
      try expectArrival(of: piece, at: master)
    }
    #expect(try master.closeSending() == .ended)
  }

  @Test func `the end of a pseudo-terminal is an end and not an input error`() throws {
    let (one, other) = try pseudoTerminal()
    let master = DescriptorTransport(one)
    var slave: DescriptorTransport? = DescriptorTransport(other)
    #expect(try slave?.write([1, 2]) == .moved(2))
    slave = nil
    #expect(try master.read().bytes == [1, 2])
    #expect(try master.read().movement == .ended)
  }

  @Test(arguments: [false, true], [false, true])
  func `a terminal with little room takes what fits and does not block`(
    fromMaster: Bool, raw: Bool
  ) async throws {
    try await apart {
      for seed in 0..<6 as Range<UInt32> {
        let (one, other) = try pseudoTerminal(raw: raw)
        #expect(one.statusFlags & O_NONBLOCK == 0 && other.statusFlags & O_NONBLOCK == 0)
        let near = DescriptorTransport(fromMaster ? one : other)
        let far = DescriptorTransport(fromMaster ? other : one)
        try fill(near, seed: seed)
        withExtendedLifetime(far) {}
      }
    }
  }
}

/// Writes pieces of many sizes until none goes, or long enough: what nobody reads may be thrown away.
private func fill(_ transport: DescriptorTransport, seed: UInt32) throws {
  let line = Array(repeating: UInt8(ascii: "\n"), count: 4096)
  for draw in pattern(20_000, seed: seed) {
    let count = [1, 7, 100, 1000, 4096][Int(draw) % 5]
    guard try transport.write(Array(line.prefix(count))) != .wouldBlock else { return }
  }
}

/// A master and its slave, neither set not to block.
private func pseudoTerminal(raw: Bool = true) throws -> (FileDescriptor, FileDescriptor) {
  let terminal = try PseudoTerminal()
  return (terminal.master, try terminal.slave { if raw { cfmakeraw(&$0) } })
}

/// A terminal hands bytes over in its own time: what is not there yet is waited for.
private func expectArrival(of bytes: [UInt8], at receiver: DescriptorTransport) throws {
  #expect(try receiver.collect(bytes.count) == bytes)
}
