import Foundation
import MemoryTLSTransport
import SystemPackage
import Testing

@testable import memtls

@Suite struct SocketFileTests {
  private let directory: TemporaryDirectory
  private var path: String { directory.path + "/s" }

  init() throws { directory = try TemporaryDirectory() }

  @Test func `the file is there as long as the listener`() throws {
    do {
      let listener = try Listener(.unixListen(path))
      #expect(listener.description == path)
      #expect(exists)
    }
    #expect(!exists)
  }

  @Test func `a file that nobody listens on is replaced`() throws {
    try abandonSocket(Int32(SOCK_STREAM.rawValue))
    let listener = try Listener(.unixListen(path))
    try connect().close()
    try listener.accepted().close()
  }

  @Test func `a socket that someone listens on is left alone and not disturbed`() throws {
    let listener = try Listener(.unixListen(path))
    #expect(try failure() == "cannot listen on unix-listen:\(path): already in use")
    let caller = try connect()
    let accepted = try listener.accepted()
    // It is the caller's connection, and no question about the file came before it.
    #expect(try caller.writeAll([7]) == 1)
    var bytes: [UInt8] = [0, 0]
    #expect(try bytes.withUnsafeMutableBytes { try accepted.read(into: $0) } == 1)
    #expect(bytes[0] == 7)
    for socket in [caller, accepted] { try socket.close() }
  }

  @Test(arguments: [Int32(SOCK_STREAM.rawValue), Int32(SOCK_DGRAM.rawValue)])
  func `a socket that is bound and not listened on is in use too`(type: Int32) throws {
    let socket = try bound(type)
    #expect(try failure().hasSuffix(": already in use"))
    #expect(exists)
    try socket.close()
  }

  @Test func `what is no socket is never removed`() throws {
    let file = try directory.write("text", to: "s")
    #expect(try failure().hasSuffix(": the file exists and is no socket"))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "text")
  }

  @Test func `a link to a stale socket is no socket`() throws {
    try abandonSocket(Int32(SOCK_STREAM.rawValue))
    try FileManager.default.moveItem(atPath: path, toPath: directory.path + "/t")
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "t")
    #expect(try failure().hasSuffix(": the file exists and is no socket"))
    #expect(exists)
  }

  @Test func `a file that took its place is not removed`() throws {
    do {
      let listener = try Listener(.unixListen(path))
      try FileManager.default.removeItem(atPath: listener.description)
      _ = try directory.write("text", to: "s")
    }
    #expect(exists)
  }

  @Test func `a listener that took its place keeps its file`() throws {
    var first: Listener? = try Listener(.unixListen(path))
    try FileManager.default.removeItem(atPath: path)
    let second = try Listener(.unixListen(path))
    #expect(first?.description == second.description)
    first = nil
    try connect().close()
    try second.accepted().close()
  }

  @Test func `an absent directory is a failure`() throws {
    let failure = try #require(throws: CommandFailure.self) {
      try Listener(.unixListen("/absent/s"))
    }
    #expect(
      failure == .failed("cannot listen on unix-listen:/absent/s: No such file or directory"))
  }

  private var exists: Bool {
    (try? FileManager.default.attributesOfItem(atPath: path)) != nil
  }

  private func failure() throws -> String {
    try #require(throws: CommandFailure.self) { try Listener(.unixListen(path)) }.message
  }

  private func connect() throws -> FileDescriptor {
    try Socket.connect(to: .unix(path), until: .now + .seconds(60), interrupter: Interrupter())
  }

  private func abandonSocket(_ type: Int32) throws { try bound(type).close() }

  private func bound(_ type: Int32) throws -> FileDescriptor {
    let address = try Address(path: path)
    let socket = try Socket.make(family: AF_UNIX, type: type)
    #expect(address.withPointer { bind(socket.rawValue, $0, $1) } == 0)
    return socket
  }
}
