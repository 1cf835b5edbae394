/// Paths between commas. A comma in a path is written `\,` and a backslash `\\`.
enum PathList {
  static func split(_ text: String) throws(Flaw) -> [String] {
    var paths = [""]
    // Scalars and not characters: a comma stays one whatever combines with it.
    var scalars = text.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      switch scalar {
      case ",": paths.append("")
      case "\\":
        guard let next = scalars.next(), special.contains(next) else {
          throw Flaw("a backslash in a path is written '\\\\'")
        }
        paths[paths.count - 1].unicodeScalars.append(next)
      default: paths[paths.count - 1].unicodeScalars.append(scalar)
      }
    }
    return paths
  }

  /// The text that splits into these paths.
  static func join(_ paths: [String]) -> String {
    paths.map { path in
      path.unicodeScalars.reduce(into: "") { text, scalar in
        text += (special.contains(scalar) ? "\\" : "") + String(scalar)
      }
    }.joined(separator: ",")
  }

  private static let special: Set<Unicode.Scalar> = [",", "\\"]
}
