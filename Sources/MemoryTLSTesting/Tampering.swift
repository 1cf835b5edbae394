/// A fault at work: what becomes of the bytes of its direction.
///
/// Bytes in front of the fault's place pass. From there on they are held until the place is complete;
/// then the fault happens to what is held, and all behind it passes again, or is lost. Places that
/// count in a flight wait until it begins. What can no more become complete, because the flight is over
/// or nothing moves, is struck as it is.
struct Tampering {
  /// Something that comes out of the wire.
  enum Delivery: Equatable {
    /// Bytes for the receiver.
    case forward([UInt8])
    /// Bytes for the sender.
    case back([UInt8])
    /// The receiver's end of input.
    case end
  }

  let fault: Fault
  /// Whether its place was reached.
  private(set) var hasStruck = false
  private var stage = Stage.waiting
  private var position = 0
  private var flight = 0
  /// Where the bytes and records that count begin; nil before that flight.
  private var origin: Int?
  private var firstRecord = 0
  private var ruler = RecordRuler()
  private var held: [UInt8] = []
  private var late: (deliveries: [Delivery], turns: Int)?

  private enum Stage {
    /// The fault is still to come.
    case waiting
    /// It has happened, and bytes pass.
    case spent
    /// It has happened, and bytes are lost.
    case lost
  }

  init(_ fault: Fault) {
    self.fault = Fault(fault.direction, flight: fault.flight, fault.kind.bounded)
    if fault.flight == nil { origin = 0 }
  }

  /// Takes what the sender says next.
  mutating func carry(_ piece: [UInt8], startsFlight: Bool) -> [Delivery] {
    var deliveries = startsFlight ? beginFlight() : []
    if stage == .waiting, fault.kind.place.isRecord { ruler.measure(piece) }
    deliveries += pass(piece)
    position += piece.count
    return deliveries.filter { $0 != .forward([]) }
  }

  /// Ends a turn of the pair, in which nothing moved or something did.
  ///
  /// - Returns: what is delivered now; nil if nothing is and nothing waits for a later turn.
  mutating func endTurn(isIdle: Bool) -> [Delivery]? {
    let struck = isIdle && !held.isEmpty ? strike(held) : nil
    guard let waiting = late else { return struck }
    guard waiting.turns <= 1 else {
      late?.turns -= 1
      return struck ?? []
    }
    late = nil
    return (struck ?? []) + waiting.deliveries
  }

  private mutating func beginFlight() -> [Delivery] {
    flight += 1
    if flight == fault.flight {
      origin = position
      firstRecord = ruler.count(before: position)
    }
    guard let wanted = fault.flight, flight > wanted, stage == .waiting, !isAmidRecord else {
      return []
    }
    guard !held.isEmpty else {
      stage = .spent
      return []
    }
    return strike(held)
  }

  private mutating func pass(_ piece: [UInt8]) -> [Delivery] {
    switch stage {
    case .spent: return [.forward(piece)]
    case .lost: return []
    case .waiting: break
    }
    guard let begin, begin <= position + piece.count else { return [.forward(piece)] }
    let before = piece.prefix(max(0, begin - position))
    let rest = piece.dropFirst(before.count)
    guard let end, end <= position + piece.count else {
      held += rest
      return [.forward(Array(before))]
    }
    let inside = held + rest.prefix(end - position - before.count)
    let behind = rest.dropFirst(end - position - before.count)
    var deliveries = [Delivery.forward(Array(before))] + strike(inside)
    if stage == .spent { deliveries.append(.forward(Array(behind))) }
    return deliveries
  }

  /// What becomes of the bytes of the fault's place.
  private mutating func strike(_ bytes: [UInt8]) -> [Delivery] {
    let split = min(swapped, bytes.count)
    (stage, held, hasStruck) = (.spent, [], true)
    switch fault.kind {
    case .cut:
      stage = .lost
      return []
    case .end:
      stage = .lost
      return [.end]
    case .flip(let bit, _): return [.forward(bytes.map { $0 ^ 1 << UInt8(bit) })]
    case .insert(let more, _): return [.forward(more)]
    case .drop: return []
    case .duplicate: return [.forward(bytes + bytes)]
    case .swap: return [.forward(Array(bytes[split...] + bytes[..<split]))]
    case .reflect: return [.back(bytes)]
    case .delay(_, let turns):
      late = ([.forward(bytes)], turns)
      return []
    }
  }
}

// MARK: - The fault's place, in bytes of the direction

extension Tampering {
  /// Where it begins; nil before that is known.
  private var begin: Int? {
    guard let origin else { return nil }
    guard case .record(let number) = fault.kind.place else {
      return origin + fault.kind.place.offset
    }
    return ruler.beginning(of: firstRecord + number - 1)
  }

  /// Where it ends; nil before that is known.
  private var end: Int? { end(parts: fault.kind.isSwap ? 2 : 1) }

  private func end(parts: Int) -> Int? {
    switch fault.kind.place {
    case .chunk(let size, _): begin.map { $0 + parts * size }
    case .record(let number): ruler.beginning(of: firstRecord + number - 1 + parts)
    }
  }

  /// How many bytes a swap puts behind the others.
  private var swapped: Int {
    guard let begin, let middle = end(parts: 1) else { return 0 }
    return middle - begin
  }

  /// Whether the record to strike is under way, which no new flight interrupts.
  private var isAmidRecord: Bool {
    fault.kind.place.isRecord && !held.isEmpty && (end(parts: 1).map { position < $0 } ?? true)
  }
}

extension Fault.Kind {
  /// With every number within what a fault's text can say.
  fileprivate var bounded: Fault.Kind {
    func bounded(_ number: Int) -> Int { min(max(0, number), Int(Int32.max)) }
    func bounded(_ part: Fault.Part) -> Fault.Part {
      switch part {
      case .record(let number): .record(max(1, bounded(number)))
      case .chunk(let count, let offset): .chunk(bounded(count), at: bounded(offset))
      }
    }
    return switch self {
    case .cut(let count): .cut(after: bounded(count))
    case .end(let count): .end(after: bounded(count))
    case .flip(let bit, let byte): .flip(bit: bit & 7, byte: bounded(byte))
    case .insert(let bytes, let offset): .insert(bytes, at: bounded(offset))
    case .drop(let part): .drop(bounded(part))
    case .duplicate(let part): .duplicate(bounded(part))
    case .swap(let part): .swap(bounded(part))
    case .delay(let part, let turns):
      .delay(bounded(part), turns: min(max(1, turns), Fault.mostTurns))
    case .reflect(let part): .reflect(bounded(part))
    }
  }

  /// The bytes that a fault holds before it strikes; none for one between two bytes.
  fileprivate var place: Fault.Part {
    switch self {
    case .cut(let offset), .end(let offset), .insert(_, let offset): .chunk(0, at: offset)
    case .flip(_, let offset): .chunk(1, at: offset)
    case .drop(let part), .duplicate(let part), .swap(let part), .delay(let part, _),
      .reflect(let part):
      part
    }
  }

  fileprivate var isSwap: Bool {
    if case .swap = self { true } else { false }
  }
}

extension Fault.Part {
  fileprivate var isRecord: Bool {
    if case .record = self { true } else { false }
  }

  fileprivate var offset: Int {
    if case .chunk(_, let offset) = self { offset } else { 0 }
  }
}
