/// Numbers as text.
enum Number {
  static func ratio(_ value: Double) -> String { decimal(value, value < 10 ? 3 : 1) }

  /// Three digits at least.
  static func rate(_ value: Double) -> String {
    decimal(value, value < 10 ? 2 : value < 100 ? 1 : 0)
  }

  /// With so many digits behind the point.
  static func decimal(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
    let scaled = Int((abs(value) * Double(scale)).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return sign + "\(scaled)" }
    let fraction = "\(scaled % scale)"
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return sign + "\(scaled / scale).\(zeros)\(fraction)"
  }
}
