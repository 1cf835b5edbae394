/// Where a half of a tunnel failed.
enum HalfFailure<Source: Error, Sink: Error>: Error {
  case source(Source)
  case sink(Sink)
  /// The sink takes no more, without having failed.
  case sinkEnded
}

/// One direction of a tunnel: what was read from the source and not yet taken by the sink.
final class Half<Source: Transport, Sink: Transport> {
  private(set) var isDone = false
  private let source: Source
  private let sink: Sink
  private let count: (Int) -> Void
  private var held = ByteQueue()
  private var sourceHasEnded = false

  /// `count` is told how many bytes the sink took.
  init(from source: Source, to sink: Sink, count: @escaping (Int) -> Void) {
    self.source = source
    self.sink = sink
    self.count = count
  }

  /// Moves one step; false if that would block or everything is done. What the sink holds inside is
  /// sent on before anybody waits.
  func advance() throws(HalfFailure<Source.Failure, Sink.Failure>) -> Bool {
    guard !isDone else { return false }
    if !held.isEmpty { return try deliver() }
    if !sourceHasEnded, try fetch() { return true }
    do throws(Sink.Failure) {
      guard sourceHasEnded else {
        _ = try sink.write([UInt8]().span)
        return false
      }
      isDone = try sink.closeSending() == .ended
    } catch {
      throw .sink(error)
    }
    return isDone
  }

  /// Whether bytes are held that the sink has not taken.
  var isDelivering: Bool { !held.isEmpty }
  var sourceInterest: Interest { held.isEmpty && !sourceHasEnded ? .read : [] }
  var sinkInterest: Interest { !held.isEmpty || (sourceHasEnded && !isDone) ? .write : [] }

  private func fetch() throws(HalfFailure<Source.Failure, Sink.Failure>) -> Bool {
    do throws(Source.Failure) {
      let movement = try held.append(upTo: 65536) { out throws(Source.Failure) in
        try source.read(into: &out)
      }
      sourceHasEnded = movement == .ended
      return movement != .wouldBlock
    } catch {
      throw .source(error)
    }
  }

  private func deliver() throws(HalfFailure<Source.Failure, Sink.Failure>) -> Bool {
    let bytes = held.bytes
    let movement: Movement
    do throws(Sink.Failure) { movement = try sink.write(bytes.span) } catch { throw .sink(error) }
    switch movement {
    case .moved(let count):
      held.drop(count)
      self.count(count)
      return true
    case .wouldBlock: return false
    case .ended: throw .sinkEnded
    }
  }
}
