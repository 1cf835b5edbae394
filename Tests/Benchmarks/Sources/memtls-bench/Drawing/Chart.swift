/// A bar for the ratio of each subject to plain C, by workload, with the quartiles as whiskers.
struct Chart {
  private let groups: [Group]
  private let subjects: [String]
  private let remark: String
  /// The ratio at the right edge. What is more ends there, and only its number tells how much it is.
  private let limit: Double

  /// A workload's bars, and between which quartiles the null test lies.
  private struct Group {
    let name: String
    let bars: [Finding]
    let noise: Distribution?
  }

  /// - Parameters:
  ///   - findings: Those that are no speed, or without a ratio, are left out.
  ///   - remark: A line to stand below the title.
  init(_ findings: [Finding], remark: String) {
    self.remark = remark
    let shown = findings.filter { $0.ratio != nil && $0.isSpeed }
    let bars = shown.filter { $0.subject != Self.baseline }
    subjects = bars.reduce(into: []) { if !$0.contains($1.subject) { $0.append($1.subject) } }
    let names = shown.reduce(into: [String]()) {
      if !$0.contains($1.workload) { $0.append($1.workload) }
    }
    groups = names.map { name in
      Group(
        name: name, bars: bars.filter { $0.workload == name },
        noise: shown.first { $0.workload == name && $0.subject == Self.baseline }?.ratio)
    }
    let highest = bars.compactMap { $0.ratio?.upperQuartile }.filter { $0 <= Self.highestLimit }
      .max()
    limit = max(1.5, ((highest ?? 1) * 2).rounded(.up) / 2)
  }

  /// An SVG file: as high as it needs.
  var svg: String {
    var canvas = Canvas()
    canvas.text(Self.title, x: Self.margin, y: 26, "title")
    canvas.text(remark, x: Self.margin, y: 46, "faint")
    drawLegend(on: &canvas)
    var y = Self.top
    drawGrid(on: &canvas, to: top(below: groups.count) - Self.gap / 2)
    for group in groups {
      draw(group, from: y, on: &canvas)
      y += height(of: group) + Self.gap
    }
    return canvas.svg(
      width: Self.width, height: y + Self.margin, title: Self.title, description: description)
  }

  /// The same in words, for those who do not see it.
  private var description: String {
    groups.map { group in
      let bars = group.bars.map { "\($0.subject) \(Number.ratio($0.ratio?.median ?? 0))" }
      return "\(group.name): \(bars.joined(separator: ", "))."
    }.joined(separator: " ")
  }
}

// MARK: - Parts

extension Chart {
  private func drawLegend(on canvas: inout Canvas) {
    var x = Self.margin
    for (index, subject) in subjects.enumerated() {
      canvas.bar(x: x, y: 60, width: 12, height: 10, style(index))
      canvas.text(subject, x: x + 17, y: 69.5)
      x += 40 + Double(subject.count) * 7
    }
    canvas.bar(x: x, y: 58, width: 12, height: 14, "noise")
    canvas.text("plain C against itself", x: x + 17, y: 69.5, "faint")
  }

  private func drawGrid(on canvas: inout Canvas, to bottom: Double) {
    for half in 0...Int(limit * 2) {
      let x = place(of: Double(half) / 2)
      canvas.path([[(x, Self.top - 4), (x, bottom)]], "grid")
      canvas.text(Number.decimal(Double(half) / 2, 1), x: x - 9, y: bottom + 16, "faint")
    }
  }

  private func draw(_ group: Group, from y: Double, on canvas: inout Canvas) {
    canvas.text(group.name, x: Self.left - 10, y: y + height(of: group) / 2 + 4, "name", .end)
    if let noise = group.noise {
      let (start, end) = (place(of: noise.lowerQuartile), place(of: noise.upperQuartile))
      canvas.bar(x: start, y: y - 3, width: end - start, height: height(of: group) + 6, "noise")
    }
    for (index, bar) in group.bars.enumerated() {
      guard let ratio = bar.ratio, let subject = subjects.firstIndex(of: bar.subject) else {
        continue
      }
      draw(ratio, at: y + Double(index) * Self.step, style(subject), on: &canvas)
    }
    let one = place(of: 1)
    canvas.path([[(one, y - 5), (one, y + height(of: group) + 5)]], "one")
  }

  private func draw(
    _ ratio: Distribution, at y: Double, _ style: String, on canvas: inout Canvas
  ) {
    let (end, middle) = (place(of: ratio.median), y + Self.thickness / 2)
    canvas.bar(x: Self.left, y: y, width: end - Self.left, height: Self.thickness, style)
    if ratio.median > limit {
      canvas.path([[(end - 12, y + Self.thickness), (end - 6, y)]], "cut")
    } else {
      let (from, to) = (place(of: ratio.lowerQuartile), place(of: ratio.upperQuartile))
      canvas.path(
        [
          [(from, middle - 3), (from, middle + 3)], [(from, middle), (to, middle)],
          [(to, middle - 3), (to, middle + 3)],
        ], "whisker")
    }
    canvas.text(
      Number.decimal(ratio.median, ratio.median < 10 ? 2 : 1), x: Self.width - Self.margin,
      y: middle + 4, "ink", .end)
  }

  private func place(of ratio: Double) -> Double {
    Self.left + min(max(0, ratio), limit) / limit * (Self.right - Self.left)
  }

  private func height(of group: Group) -> Double {
    Double(max(1, group.bars.count)) * Self.step - (Self.step - Self.thickness)
  }

  private func top(below count: Int) -> Double {
    groups.prefix(count).reduce(Self.top) { $0 + height(of: $1) + Self.gap }
  }

  private func style(_ subject: Int) -> String { "subject\(subject % ChartStyle.subjects)" }

  private static let title = "Speed beside plain C over OpenSSL, which is 1"
  private static let baseline = "c"
  private static let highestLimit = 3.0
  private static let width = 860.0
  private static let margin = 20.0
  private static let left = 190.0
  private static let right = 780.0
  private static let top = 96.0
  private static let thickness = 10.0
  private static let step = 13.0
  private static let gap = 16.0
}
