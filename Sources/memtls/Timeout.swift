import ArgumentParser

/// Seconds, as a positive number, with a fraction if wanted.
struct Timeout: ExpressibleByArgument {
  let seconds: Double

  init(_ seconds: Double) { self.seconds = seconds }

  init?(argument: String) {
    guard let seconds = Double(argument), seconds > 0, seconds <= 86400 else { return nil }
    self.seconds = seconds
  }

  /// The same as a duration.
  var duration: Duration { .seconds(seconds) }

  /// The moment when it is over, counted from now.
  var deadline: ContinuousClock.Instant { .now + .seconds(seconds) }

  var defaultValueDescription: String { "\(Int(seconds))" }
}
