import MemoryTLS
import MemoryTLSFlights

/// Every fault at every place of a log's flights, by number, so that none need be made before its turn.
struct Faults: Sendable {
  /// Where in which flight a fault strikes.
  private struct Stretch: Sendable {
    let direction: Direction
    let flight: Int
    let kind: Form
    /// How many there are.
    let count: Int
  }

  /// A kind of fault without its place.
  fileprivate enum Form: Sendable {
    case cut, end, flip, insertByte, insertClose
    case ofRecord(Verb)
    case ofChunk(Verb, Int)
  }

  fileprivate enum Verb: CaseIterable {
    case drop, duplicate, swap, delay, reflect
  }

  private var stretches: [Stretch] = []
  /// How many faults there are.
  private(set) var count = 0

  init(_ log: FlightLog, chunks: [Int]) {
    var flights: [Direction: Int] = [:]
    for flight in log.flights {
      flights[flight.direction, default: 0] += 1
      let size = flight.bytes.count
      var forms: [(Form, Int)] = [
        (.cut, size), (.end, size), (.flip, 8 * size), (.insertByte, size), (.insertClose, size),
      ]
      for verb in Verb.allCases {
        forms.append((.ofRecord(verb), flight.records.count))
        forms += chunks.map { (.ofChunk(verb, $0), size) }
      }
      for (form, count) in forms {
        let number = flights[flight.direction, default: 0]
        stretches.append(
          Stretch(direction: flight.direction, flight: number, kind: form, count: count))
        self.count += count
      }
    }
  }

  /// One of them; nil for a number that is too high.
  subscript(index: Int) -> Fault? {
    var index = index
    for stretch in stretches {
      guard index >= stretch.count else {
        return Fault(stretch.direction, flight: stretch.flight, stretch.kind.fault(at: index))
      }
      index -= stretch.count
    }
    return nil
  }
}

extension Faults.Form {
  fileprivate func fault(at index: Int) -> Fault.Kind {
    switch self {
    case .cut: .cut(after: index)
    case .end: .end(after: index)
    case .flip: .flip(bit: index % 8, byte: index / 8)
    // Any byte will do, but not the same one everywhere.
    case .insertByte: .insert([UInt8(truncatingIfNeeded: 37 &* index)], at: index)
    case .insertClose: .insert(Self.closeNotify, at: index)
    case .ofRecord(let verb): verb.fault(of: .record(index + 1))
    case .ofChunk(let verb, let size): verb.fault(of: .chunk(size, at: index))
    }
  }

  /// A close_notify in the clear (RFC 8446 §6.1), which whoever sits on the wire can make.
  private static let closeNotify: [UInt8] = [21, 3, 3, 0, 2, 1, 0]
}

extension Faults.Verb {
  fileprivate func fault(of part: Fault.Part) -> Fault.Kind {
    switch self {
    case .drop: .drop(part)
    case .duplicate: .duplicate(part)
    case .swap: .swap(part)
    case .delay: .delay(part, turns: 1)
    case .reflect: .reflect(part)
    }
  }
}
