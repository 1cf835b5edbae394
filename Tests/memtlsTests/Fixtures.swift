import Foundation

/// Files of the repository that tests read.
enum Fixtures {
  /// The path of one, given from their folder.
  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)").path
  }
}
