/// What came out for one subject of one workload.
struct Finding {
  let workload: String
  let subject: String
  /// How much of `unit`.
  let rate: Double
  let unit: String
  /// To plain C, where that can be told.
  var ratio: Distribution?
  /// The median of the ratios to `c-matched`, each of one round.
  var matched: Double?
  /// Why there is no number, where there is none.
  var absence: String?

  /// Whether more is better: memory and counts are not so.
  var isSpeed: Bool { unit.hasSuffix("/s") }
}
