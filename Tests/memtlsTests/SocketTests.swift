import Foundation
import MemoryTLSTransport
import SystemPackage
import Testing

@testable import memtls

@Suite struct SocketTests {
  /// No socket can be made for it, as for IPv6 on a host that has none.
  private let unsupported = Address(family: 9999, bytes: [])

  @Test func `an address without a socket does not keep the next one from being tried`() throws {
    let listener = try Listener(onAllOf: [unsupported, .loopback], host: "here")
    let there = try Address.loopback.withPort(listener.port)
    let socket = try Socket.connect(
      toOneOf: [unsupported, there], until: .now + .seconds(60), interrupter: Interrupter())
    try socket.close()
  }

  @Test func `the reason is the last address's`() throws {
    #expect(throws: Errno.addressFamilyNotSupported) {
      try Socket.connect(toOneOf: [unsupported], until: .now, interrupter: Interrupter())
    }
  }

  @Test func `an interruption ends the whole attempt`() throws {
    let interrupter = try Interrupter()
    interrupter.interrupt()
    #expect(throws: WaitFailure.interrupted) {
      try Socket.connect(
        toOneOf: [.loopback.withPort(1), unsupported], until: .now + .seconds(60),
        interrupter: interrupter)
    }
  }

  @Test func `addresses share the time evenly`() {
    let now = ContinuousClock.now
    #expect(Socket.share(from: now, until: now + .seconds(10), among: 4) == now + .seconds(2.5))
    #expect(Socket.share(from: now, until: now + .seconds(10), among: 1) == now + .seconds(10))
  }

  @Test(arguments: ["tcp-listen:127.0.0.1:0", "unix-listen:"])
  func `both ends of a connection block in no call and are nobody else's`(text: String) throws {
    let directory = try TemporaryDirectory()
    let isUnix = text.hasPrefix("unix")
    let listener = try Listener(
      Channel(parsing: isUnix ? text + directory.path + "/s" : text))
    let there = try Channel(parsing: (isUnix ? "unix:" : "tcp:") + listener.description)
    let here = try Socket.connect(
      to: there, until: .now + .seconds(60), interrupter: Interrupter())
    let accepted = try listener.accepted()
    for socket in [here, accepted] {
      #expect(socket.isPrivate && socket.isNonBlocking)
      try socket.close()
    }
  }

  @Test func `a channel that cannot be reached is named`() throws {
    let failure = try #require(throws: CommandFailure.self) {
      try Socket.connect(to: .unix("/absent/a,b"), until: .now, interrupter: Interrupter())
    }
    #expect(
      failure == .failed("cannot connect to unix:/absent/a\\,b: No such file or directory"))
  }

  @Test func `a full backlog is waited for until the deadline`() throws {
    let directory = try TemporaryDirectory()
    let address = try Address(path: directory.path + "/s")
    let listener = try Socket.make(family: AF_UNIX)
    #expect(address.withPointer { bind(listener.rawValue, $0, $1) } == 0)
    #expect(listen(listener.rawValue, 0) == 0)
    let first = try Socket.connect(
      toOneOf: [address], until: .now + .seconds(60), interrupter: Interrupter())
    #expect(throws: WaitFailure.deadlineExceeded) {
      try Socket.connect(toOneOf: [address], until: .now, interrupter: Interrupter())
    }
    let room = Worker { try Socket.accept(from: listener).close() }
    let second = try Socket.connect(
      toOneOf: [address], until: .now + .seconds(60), interrupter: Interrupter())
    try room.join()
    for socket in [first, second, listener] { try socket.close() }
  }
}

extension Address {
  /// 127.0.0.1 with port 0.
  static var loopback: Address {
    get throws { try #require(resolve(.init(host: "127.0.0.1", port: 0)).first) }
  }
}

extension Listener {
  /// The port it took.
  var port: UInt16 {
    get throws { try #require(UInt16(description.split(separator: ":").last ?? "")) }
  }
}
