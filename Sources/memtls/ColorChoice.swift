import ArgumentParser
import Foundation
import MemoryTLSFlights

/// When output is coloured.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto
  case always
  case never

  /// Whether stdout gets colours: for `auto`, if it is a terminal that can show them and whose user
  /// wants them (https://no-color.org).
  var style: Outline.LadderStyle {
    switch self {
    case .always: .colored
    case .never: .plain
    case .auto: isatty(1) == 1 && Self.isWanted ? .colored : .plain
    }
  }

  private static var isWanted: Bool {
    let environment = ProcessInfo.processInfo.environment
    return environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
  }
}
