import MemoryTLSTransport
import SystemPackage
import Testing

@testable import memtls

@Suite struct TCPTests {
  /// No socket can be made for it, as for IPv6 on a host that has none.
  private let unsupported = Address(family: 9999, bytes: [])

  @Test func `an address without a socket does not keep the next one from being tried`() throws {
    let listener = try TCP.listen(onOneOf: [unsupported, try address("127.0.0.1", 0)])
    defer { try? listener.close() }
    let there = try address("127.0.0.1", TCP.localPort(of: listener))
    let socket = try TCP.connect(
      toOneOf: [unsupported, there], until: .now + .seconds(60), interrupter: Interrupter())
    try socket.close()
  }

  @Test func `an address that is taken does not keep the next one from being tried`() throws {
    let first = try TCP.listen(onOneOf: [try address("127.0.0.1", 0)])
    defer { try? first.close() }
    let taken = try address("127.0.0.1", TCP.localPort(of: first))
    let second = try TCP.listen(onOneOf: [taken, try address("127.0.0.1", 0)])
    try second.close()
    #expect(throws: Errno.addressInUse) { try TCP.listen(onOneOf: [unsupported, taken]) }
  }

  @Test func `the reason is the last address's`() throws {
    #expect(throws: Errno.addressFamilyNotSupported) {
      try TCP.connect(toOneOf: [unsupported], until: .now, interrupter: Interrupter())
    }
  }

  @Test func `an interruption ends the whole attempt`() throws {
    let interrupter = try Interrupter()
    interrupter.interrupt()
    #expect(throws: WaitFailure.interrupted) {
      try TCP.connect(
        toOneOf: [try address("127.0.0.1", 1), unsupported], until: .now + .seconds(60),
        interrupter: interrupter)
    }
  }

  @Test func `addresses share the time evenly`() {
    let now = ContinuousClock.now
    #expect(TCP.share(from: now, until: now + .seconds(10), among: 4) == now + .seconds(2.5))
    #expect(TCP.share(from: now, until: now + .seconds(10), among: 1) == now + .seconds(10))
  }

  private func address(_ host: String, _ port: UInt16) throws -> Address {
    try #require(Address.resolve(.init(host: host, port: port), forListening: false).first)
  }
}
