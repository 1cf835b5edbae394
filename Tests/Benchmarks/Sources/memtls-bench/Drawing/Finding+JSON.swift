import Foundation

extension Finding {
  /// One line; what there is none of is absent.
  func json() throws -> String {
    let line = Line(
      workload: workload, subject: subject, rate: rate.rounded(to: 4), unit: unit,
      ratio: ratio?.median.rounded(to: 4),
      iqr: ratio.map { [$0.lowerQuartile.rounded(to: 4), $0.upperQuartile.rounded(to: 4)] },
      matched: matched?.rounded(to: 4))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(line), as: UTF8.self)
  }

  private struct Line: Encodable {
    let workload: String
    let subject: String
    let rate: Double
    let unit: String
    let ratio: Double?
    let iqr: [Double]?
    let matched: Double?
  }
}

extension Double {
  /// With so many digits behind the point.
  fileprivate func rounded(to digits: Int) -> Double {
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    return (self * scale).rounded() / scale
  }
}
