import MemoryTLS
import MemoryTLSTransport

/// What a client read of its plain side before the handshake, and wrote as early data as far as that
/// went.
struct EarlyStart {
  /// The plain side, which is open.
  let plain: OpenedChannel
  private let bytes: [UInt8]
  private let written: Int

  /// Waits for the first bytes of the plain side, if the session allows any to be sent early; else
  /// opens nothing.
  init?(
    _ engine: TLSEngine, _ open: () throws -> OpenedChannel, _ interrupter: Interrupter
  ) throws {
    let room = min(engine.earlyDataRoom, Self.most)
    guard room > 0 else { return nil }
    plain = try open()
    do {
      bytes = try Self.first(of: plain.transport, upTo: room, interrupter)
    } catch WaitFailure.interrupted {
      throw CommandFailure.interrupted
    }
    written = try Self.write(bytes, engine)
  }

  /// What is still to be sent after the handshake: all of it if the server did not take it.
  func rest(after engine: TLSEngine) -> [UInt8] { Array(bytes.dropFirst(accepted(by: engine))) }

  /// How many bytes the server took.
  func accepted(by engine: TLSEngine) -> Int {
    engine.earlyData?.verdict == .accepted ? written : 0
  }

  /// What one read of a pipe gives, and what the engine's ring holds at once.
  static let most = 65536

  private static func first<Plain: Transport>(
    of plain: Plain, upTo count: Int, _ interrupter: Interrupter
  ) throws -> [UInt8] {
    while true {
      var movement = Movement.wouldBlock
      let bytes = try [UInt8](capacity: count) { out throws(Plain.Failure) in
        movement = try plain.read(into: &out)
      }
      if movement != .wouldBlock { return bytes }
      try wait(for: plain.readiness(for: .read), interrupter: interrupter)
    }
  }

  private static func write(_ bytes: [UInt8], _ engine: TLSEngine) throws -> Int {
    var count = 0
    while count < bytes.count {
      guard case .moved(let more) = try engine.writeEarly(Array(bytes[count...])) else { break }
      count += more
    }
    return count
  }
}

extension TLSEngine {
  /// The early data that a server took.
  func takeEarlyData() throws(TLSError) -> [UInt8] {
    guard role == .server, earlyData?.verdict == .accepted else { return [] }
    var bytes: [UInt8] = []
    while case (let more, .moved) = try readEarly() { bytes += more }
    return bytes
  }
}

/// How much early data an end takes or sends.
struct EarlyDataLimit: Setting {
  let bytes: Int

  func apply(to configuration: inout TLSConfiguration) { configuration.earlyData = .upTo(bytes) }
}
