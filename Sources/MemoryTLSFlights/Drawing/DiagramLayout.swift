import MemoryTLS

/// Where things stand in a diagram, from the top down.
struct DiagramLayout {
  private let scale: Scale
  /// The lifelines, from the left.
  private let client: Int
  private let server = Self.width - 56
  private var canvas = Canvas()
  /// The next free pixel.
  private var top = Self.margin
  /// From where to where the lifelines reach.
  private var life = (start: 0, end: 0)

  init(_ flights: [OutlinedFlight]) {
    client = flights.contains { $0.elapsed != nil } ? 132 : 56
    scale = Scale(
      largest: flights.map(\.flight.bytes.count).max() ?? 0, pixels: server - client - 24)
  }

  /// What it is, and who the two ends are.
  mutating func addHeading(_ title: String, _ summary: [String]) {
    add([Label(text: title)], .large)
    add(summary.map { Label(text: $0, tone: .faint) }, .medium)
    top += Self.gap
    let actors = top
    add([Label(text: "client", tone: .client)], .medium, .middle(client))
    top = actors
    add([Label(text: "server", tone: .server)], .medium, .middle(server))
    life.start = top + 4
  }

  /// Messages, arrow and records.
  mutating func add(_ flight: OutlinedFlight) {
    let isClient = flight.flight.direction == .clientToServer
    let place = isClient ? Place.from(client + 14) : .until(server - 14)
    let tone = isClient ? Tone.client : .server
    top += Self.gap
    add(flight.labels, .medium, place)
    addArrow(flight, from: isClient ? client : server, to: isClient ? server : client, tone)
    add([Label(text: flight.size, tone: tone)], .small, place)
    add(flight.recordLabels, .small, place)
  }

  /// What stands for flights that are not drawn.
  mutating func addGap(_ flights: ArraySlice<OutlinedFlight>) {
    guard !flights.isEmpty else { return }
    let bytes = flights.reduce(0) { $0 + $1.flight.bytes.count }
    let text = "… \(flights.count) more, \(bytes) bytes …"
    top += 2 * Self.gap
    add([Label(text: text, tone: .faint)], .medium, .middle((client + server) / 2))
    top += Self.gap
  }

  /// How long a bar is for how many bytes, what slanted letters are, and what else is to be said.
  mutating func addLegend(_ flights: [OutlinedFlight], remarks: [String]) {
    top += Self.gap
    life.end = top
    top += Self.gap
    let bar = scale.legend
    canvas.bar(x: Self.margin, y: top + 4, width: bar.pixels, height: 8, .faint)
    let text = "\(bar.bytes) \(bar.bytes == 1 ? "byte" : "bytes")"
    add([Label(text: text, tone: .faint)], .small, .from(Self.margin + bar.pixels + 8))
    if flights.contains(where: { $0.labels.contains { $0.tone == .sealed } }) {
      add([Label(text: "slanted: encrypted on its way", tone: .sealed)], .small)
    }
    if flights.contains(where: { $0.elapsed != nil }) {
      add([Label(text: "on the left: seconds since the first flight", tone: .faint)], .small)
    }
    for remark in remarks {
      let words = remark.split(separator: " ").map { Label(text: String($0), tone: .faint) }
      add(words, .small, separator: "")
    }
  }

  /// The file.
  func svg(title: String, description: String) -> String {
    var background = Canvas()
    for x in [client, server] {
      background.line(from: (x, life.start), to: (x, life.end), .faint)
    }
    return canvas.svg(
      width: Self.width, height: top + Self.margin, title: title, description: description,
      above: background)
  }

  private static let width = 800
  private static let margin = 24
  private static let gap = 14
}

// MARK: - Pieces

extension DiagramLayout {
  /// Where a line of text is held, in pixels from the left.
  private enum Place {
    case from(Int)
    case middle(Int)
    case until(Int)
  }

  private mutating func add(
    _ labels: [Label], _ size: FontSize, _ place: Place = .from(margin), separator: String = ","
  ) {
    let columns = size.columns(in: room(at: place))
    for line in labels.wrapped(toColumns: columns, separator: separator) {
      let y = top + size.height
      switch place {
      case .from(let x): canvas.text(line, x: x, y: y, size, .start)
      case .middle(let x): canvas.text(line, x: x, y: y, size, .middle)
      case .until(let x): canvas.text(line, x: x, y: y, size, .end)
      }
      top += size.leading
    }
  }

  /// How many pixels a line may take.
  private func room(at place: Place) -> Int {
    switch place {
    case .from(Self.margin): Self.width - 2 * Self.margin
    case .from(let x): server - 14 - x
    case .middle(let x): 2 * min(x, Self.width - x)
    case .until(let x): x - client - 14
    }
  }

  private mutating func addArrow(
    _ flight: OutlinedFlight, from start: Int, to end: Int, _ tone: Tone
  ) {
    let (y, step) = (top + 10, end > start ? 1 : -1)
    canvas.line(from: (start, y), to: (end - 10 * step, y), tone)
    canvas.triangle([(end, y), (end - 10 * step, y - 5), (end - 10 * step, y + 5)], tone)
    let length = scale.pixels(flight.flight.bytes.count)
    canvas.bar(x: min(start, start + step * length), y: y - 4, width: length, height: 8, tone)
    if let elapsed = flight.elapsed {
      let time = Label(text: elapsed.inSeconds, tone: .faint)
      canvas.text([time], x: client - 12, y: y + 4, .small, .end)
    }
    top = y + 8
  }
}

/// How long bars are.
private struct Scale {
  /// Bytes of the longest.
  let largest: Int
  /// Its pixels.
  let pixels: Int

  /// As long as so many bytes are, but to be seen.
  func pixels(_ bytes: Int) -> Int {
    max(2, Int(Double(pixels) * Double(bytes) / Double(max(1, largest))))
  }

  /// The bar that explains the others: a round number of bytes, and not much of the width.
  var legend: (bytes: Int, pixels: Int) {
    let most = max(1, largest / 4)
    var unit = 1
    while unit <= most / 10 { unit *= 10 }
    let bytes = [5, 2, 1].map { $0 * unit }.first { $0 <= most } ?? 1
    return (bytes, pixels(bytes))
  }
}
