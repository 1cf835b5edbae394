import MemoryTLS

extension Outline: CustomStringConvertible {
  /// The ``ladder(atMost:in:)`` of all flights, without colours.
  public var description: String { ladder() }

  /// How a ladder is written.
  public enum LadderStyle: Sendable, Hashable, CaseIterable {
    /// Text alone.
    case plain
    /// With the colours of terminals (ECMA-48 §8.3.117).
    case colored
  }

  /// The flights as arrows between two lifelines: above an arrow its messages, a line each, with
  /// number, size in bytes and what is most telling in them; below it the records. A star marks what
  /// was encrypted on its way. Where times are known they stand on the left, in seconds since the
  /// first flight. 80 columns wide at most.
  ///
  ///     client                                                              server
  ///       │ 1  ClientHello          264  example.org; TLSv1.3; h2            │
  ///       │── 269 bytes in 1 record ────────────────────────────────────────▶│
  ///       │    handshake 269                                                 │
  ///
  /// - Parameters:
  ///   - limit: How many flights, and messages of a flight, to draw at most; of more, those in the
  ///     middle are counted only.
  ///   - style: Whether there are colours.
  /// - Returns: the lines, without a line break behind the last.
  public func ladder(atMost limit: Int = .max, in style: LadderStyle = .plain) -> String {
    let (first, gap, last) = flights.ends(atMost: limit)
    let rail = OutlineRail(first + last, of: messageCount, limit: limit)
    var rungs = [rail.heading] + first.flatMap(rail.rungs)
    rungs += rail.gap(gap) + last.flatMap(rail.rungs)
    if (first + last).contains(where: { $0.entries.contains(where: \.isEncrypted) }) {
      rungs.append([Label(text: "* encrypted on its way", tone: .faint)])
    }
    return rungs.map { $0.map { $0.text(in: style) }.joined() }.joined(separator: "\n")
  }
}

/// How the rungs of a ladder are made.
private struct OutlineRail {
  private let limit: Int
  private let hasTimes: Bool
  /// Columns of numbers, names and sizes.
  private let numbers: Int
  private let names: Int
  private let sizes: Int

  init(_ flights: ArraySlice<OutlinedFlight>, of messageCount: Int, limit: Int) {
    self.limit = limit
    hasTimes = flights.contains { $0.elapsed != nil }
    numbers = "\(messageCount)".count
    let shown = flights.flatMap { flight in
      let (first, _, last) = flight.entries.ends(atMost: limit)
      return first + last
    }
    names = min(24, shown.reduce(0) { max($0, $1.name.columns) })
    sizes = shown.reduce(0) { max($0, "\($1.byteCount)".count) }
  }

  var heading: [Label] {
    let indent = String(repeating: " ", count: hasTimes ? 9 : 0)
    let gap = String(repeating: " ", count: Ladder.width - 4)
    return [
      Label(text: indent), Label(text: "client", tone: .client), Label(text: gap),
      Label(text: "server", tone: .server),
    ]
  }

  func rungs(of flight: OutlinedFlight) -> [[Label]] {
    let (first, gap, last) = flight.entries.ends(atMost: limit)
    let messages = first.map(rung) + rung(for: gap) + last.map(rung)
    let records = flight.recordLabels.wrapped(toColumns: Ladder.width - 6)
    return messages.map { framed($0) } + [arrow(flight)]
      + records.map { framed([Label(text: "    ")] + $0) }
  }

  func gap(_ flights: ArraySlice<OutlinedFlight>) -> [[Label]] {
    guard !flights.isEmpty else { return [] }
    let bytes = flights.reduce(0) { $0 + $1.flight.bytes.count }
    let text = "    … \(flights.count) more, \(bytes) bytes …"
    return [framed([Label(text: text, tone: .faint)])]
  }

  private func rung(_ entry: OutlineEntry) -> [Label] {
    let number = entry.number.map { "\($0)" } ?? ""
    let tone = entry.tone
    let name = entry.name.visible.cut(toColumns: 36)
    let size = "\(entry.byteCount)"
    let gap = max(1, names + 1 + sizes - name.columns - size.count)
    return [
      Label(text: " " + padding(numbers - number.count) + number, tone: .faint),
      Label(text: (entry.isEncrypted ? "* " : "  ") + name, tone: tone),
      Label(text: padding(gap) + size + "  ", tone: .faint), Label(text: entry.detail),
    ]
  }

  private func rung(for gap: ArraySlice<OutlineEntry>) -> [[Label]] {
    guard !gap.isEmpty else { return [] }
    let bytes = gap.reduce(0) { $0 + $1.byteCount }
    return [[Label(text: "    … \(gap.count) more, \(bytes) bytes …", tone: .faint)]]
  }

  /// Between the lifelines, cut to what fits there.
  private func framed(_ labels: [Label]) -> [Label] {
    var (line, room) = ([Label(text: indent + "│")], Ladder.width)
    for label in labels {
      let text = label.text.visible.cut(toColumns: room - 1)
      line.append(Label(text: text, tone: label.tone))
      room -= text.columns
    }
    return line + [Label(text: padding(room) + "│")]
  }

  private func arrow(_ flight: OutlinedFlight) -> [Label] {
    let time = flight.elapsed.map { String($0.inSeconds.prefix(9)) } ?? ""
    let before = hasTimes ? padding(indent.count - 2 - time.count) + time + "  " : indent
    let line = String(repeating: "─", count: max(1, Ladder.width - flight.size.count - 6))
    let isClient = flight.flight.direction == .clientToServer
    let text = isClient ? "── \(flight.size) \(line)─▶" : "◀─\(line) \(flight.size) ──"
    return [
      Label(text: before, tone: .faint), Label(text: "│"),
      Label(text: text, tone: isClient ? .client : .server), Label(text: "│"),
    ]
  }

  private var indent: String { padding(hasTimes ? 11 : 2) }

  private func padding(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}

extension Label {
  /// The text, with what makes terminals show it in its colour.
  fileprivate func text(in style: Outline.LadderStyle) -> String {
    let code: String? =
      switch tone {
      case .ink: nil
      case .faint: "2"
      case .sealed: "36"
      case .bad: "1;31"
      case .client: "32"
      case .server: "33"
      }
    guard style == .colored, let code, !text.isEmpty else { return text }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}
