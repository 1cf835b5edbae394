/// A channel whose bytes travel in frames.
///
/// It holds at most one frame of the peer (``Framing/largestFrame``), about 32 KiB on its way to the
/// channel, and what was read behind a frame. Frames are filled up and cut only where a flight ends: where
/// an empty span is written.
public final class FramedTransport<Base: Transport>: Transport {
  /// The channel that carries the frames.
  public let base: Base
  private var framing: any Framing

  /// What was written and is in no frame yet.
  private var payload: [UInt8] = []
  /// Frames that the channel has not taken yet.
  private var frames = ByteQueue()
  /// What was read and is not decoded yet.
  private var incoming = ByteQueue()
  /// Decoded, but not yet read by the caller.
  private var decoded: ArraySlice<UInt8> = []
  /// Whether the undecoded bytes were seen to be no whole frame.
  private var lacksBytes = true
  private var incomingIsRaw = false
  /// How many more bytes to write in frames; nil as long as there is no end to that.
  private var framedRest: Int?

  /// Puts frames around what goes over `base`.
  public init(_ base: Base, framing: any Framing) {
    self.base = base
    self.framing = framing
  }

  /// What can go wrong.
  public enum Failure: Error {
    /// The peer sent something else than frames.
    case framing(FramingError)
    /// The channel failed.
    case transport(Base.Failure)
  }
}

extension FramedTransport.Failure: Sendable where Base.Failure: Sendable {}

extension FramedTransport.Failure: CustomStringConvertible {
  /// What happened, and whose doing it is.
  public var description: String {
    switch self {
    case .framing(let error): "the peer's framing: \(error)"
    case .transport(let failure): "\(failure)"
    }
  }
}

// MARK: - Reading

extension FramedTransport {
  /// Reads the payload of at most one frame.
  ///
  /// The end of the channel inside a frame is an end as well: TLS knows whether it came too early.
  public func read(into out: inout OutputSpan<UInt8>) throws(Failure) -> Movement {
    guard out.freeCapacity > 0 else { return .moved(0) }
    for _ in 0..<Self.roundLimit {
      if !decoded.isEmpty { return .moved(take(from: &decoded, into: &out)) }
      if incomingIsRaw { return try readRaw(into: &out) }
      if try decodeFrame() { continue }
      let movement = try receive()
      guard case .moved = movement else { return movement }
      lacksBytes = false
    }
    return .wouldBlock
  }

  /// Empty frames after which a call answers that it would block, though it is ready again at once.
  private static var roundLimit: Int { 256 }

  /// What was read of the channel and not by the caller: decoded payload, then bytes as they came.
  /// They are handed over; a protocol that goes on without frames begins with them.
  public func takeUnconsumed() -> [UInt8] {
    defer { (decoded, incoming, lacksBytes) = ([], ByteQueue(), true) }
    return Array(decoded + incoming.bytes)
  }

  /// Decodes one frame; false if it is not all there.
  private func decodeFrame() throws(Failure) -> Bool {
    guard !lacksBytes, !incoming.isEmpty else { return false }
    let bytes = incoming.bytes
    var payload: [UInt8] = []
    var count = 0
    do throws(FramingError) {
      count = try framing.decode(bytes.span, into: &payload)
      if count == 0, incoming.count > framing.largestFrame {
        throw .oversized(length: incoming.count, limit: framing.largestFrame)
      }
    } catch {
      throw .framing(error)
    }
    incoming.drop(count)
    decoded = payload[...]
    lacksBytes = count == 0
    return count > 0
  }

  private func receive() throws(Failure) -> Movement {
    do throws(Base.Failure) {
      return try incoming.append(upTo: 16384) { out throws(Base.Failure) in
        try base.read(into: &out)
      }
    } catch {
      throw .transport(error)
    }
  }

  private func readRaw(into out: inout OutputSpan<UInt8>) throws(Failure) -> Movement {
    guard incoming.isEmpty else {
      var bytes = incoming.bytes
      let count = take(from: &bytes, into: &out)
      incoming.drop(count)
      return .moved(count)
    }
    return try channel { () throws(Base.Failure) in try base.read(into: &out) }
  }

  private func take(
    from bytes: inout ArraySlice<UInt8>, into out: inout OutputSpan<UInt8>
  ) -> Int {
    let count = min(bytes.count, out.freeCapacity)
    out.append(contentsOf: bytes.prefix(count))
    bytes = bytes.dropFirst(count)
    return count
  }
}

// MARK: - Writing

extension FramedTransport {
  /// Takes bytes into frames and sends those that are full; an empty span ends the flight, and sends
  /// what is held.
  public func write(_ bytes: Span<UInt8>) throws(Failure) -> Movement {
    if bytes.isEmpty { encode(.endOfFlight) }
    let passesThrough = bytes.isEmpty || framedRest == 0
    if passesThrough || frames.count >= Self.highWater {
      let movement = try sendFrames()
      guard case .moved = movement else { return movement }
    }
    return passesThrough ? try writeThrough(bytes) : .moved(enframe(bytes))
  }

  /// Bytes of frames that are held before they are sent.
  private static var highWater: Int { 16384 }

  /// Ends the flight and then the channel.
  public func closeSending() throws(Failure) -> Movement {
    encode(.endOfFlight)
    guard try sendFrames() != .wouldBlock else { return .wouldBlock }
    return try channel { () throws(Base.Failure) in try base.closeSending() }
  }

  /// What the channel has to be waited for, unless there is something to read here.
  public func readiness(for interest: Interest) -> Readiness {
    let hasBytes = !decoded.isEmpty || (!incoming.isEmpty && (incomingIsRaw || !lacksBytes))
    if interest.contains(.read), hasBytes { return .now }
    // Frames that the channel has not taken are on their way whatever the caller wants.
    return base.readiness(for: frames.isEmpty ? interest : interest.union(.write))
  }

  /// Ends the framing if it was for the handshake alone: at once for what is read, and behind so many
  /// more bytes for what is written.
  public func handshakeDone(pending: Int) {
    guard framing.scope == .handshake else { return }
    (incomingIsRaw, framedRest) = (true, pending)
    if pending == 0 { encode(.endOfFlight) }
  }

  /// Takes at most 16 KiB into frames.
  private func enframe(_ bytes: Span<UInt8>) -> Int {
    let count = min(bytes.count, 16384, framedRest ?? .max)
    var rest = bytes.extracting(..<count)
    while !rest.isEmpty {
      if payload.count >= framing.largestPayload { encode(.inside) }
      let piece = min(rest.count, max(1, framing.largestPayload - payload.count))
      payload.append(rest.extracting(..<piece))
      rest = rest.extracting(piece...)
    }
    framedRest = framedRest.map { $0 - count }
    if framedRest == 0 { encode(.endOfFlight) }
    return count
  }

  private func encode(_ place: FramePlace) {
    guard !payload.isEmpty else { return }
    framing.encode(payload.span, place, into: &frames.storage)
    payload.removeAll(keepingCapacity: true)
  }

  /// Sends frames; `.moved` if the channel took them all, else what it answered.
  private func sendFrames() throws(Failure) -> Movement {
    while !frames.isEmpty {
      let bytes = frames.bytes
      let movement = try writeThrough(bytes.span)
      guard case .moved(let count) = movement else { return movement }
      frames.drop(count)
    }
    return .moved(0)
  }

  private func writeThrough(_ bytes: Span<UInt8>) throws(Failure) -> Movement {
    try channel { () throws(Base.Failure) in try base.write(bytes) }
  }

  private func channel(_ call: () throws(Base.Failure) -> Movement) throws(Failure) -> Movement {
    do throws(Base.Failure) { return try call() } catch { throw .transport(error) }
  }
}
