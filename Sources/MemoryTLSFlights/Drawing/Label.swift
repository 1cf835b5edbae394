/// A piece of text in a drawing, and how it is meant.
struct Label: Hashable {
  var text: String
  var tone = Tone.ink
}

/// What a piece of a drawing is, which is what its colour tells.
enum Tone: String, CaseIterable {
  case ink
  case faint
  case sealed
  case bad
  case client
  case server
}

extension Sequence<Label> {
  /// Equal neighbours as one with their number, and of very many the first: a handshake has fewer.
  func condensed(atMost limit: Int = 24) -> [Label] {
    var runs: [(label: Label, count: Int)] = []
    var rest = 0
    for label in self {
      if rest == 0, runs.last?.label == label {
        runs[runs.count - 1].count += 1
      } else if runs.count < limit {
        runs.append((label, 1))
      } else {
        rest += 1
      }
    }
    let shown = runs.map { label, count in
      count == 1 ? label : Label(text: "\(count) × \(label.text)", tone: label.tone)
    }
    return shown + (rest == 0 ? [] : [Label(text: "\(rest) more", tone: .faint)])
  }
}

extension [Label] {
  /// Puts them behind one another, with commas or what else, into lines that fit. Neighbours of one
  /// tone become one label.
  func wrapped(toColumns limit: Int, separator: String = ",") -> [[Label]] {
    var lines: [(labels: [Label], width: Int)] = []
    for (index, label) in enumerated() {
      let end = index == count - 1 ? "" : separator
      let word = label.text.visible.cut(toColumns: limit - end.count) + end
      let width = word.columns
      if let last = lines.last, last.width + 1 + width <= limit {
        lines[lines.count - 1].labels.append(" " + word, label.tone)
        lines[lines.count - 1].width += 1 + width
      } else {
        lines.append(([Label(text: word, tone: label.tone)], width))
      }
    }
    return lines.map(\.labels)
  }

  private mutating func append(_ text: String, _ tone: Tone) {
    if last?.tone == tone {
      self[count - 1].text += text
    } else {
      append(Label(text: text, tone: tone))
    }
  }
}
