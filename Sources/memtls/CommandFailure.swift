/// Why a verb ends without success.
struct CommandFailure: Error, Equatable {
  let message: String
  /// 1 failed, 2 usage.
  let status: Int32

  static func failed(_ message: String) -> CommandFailure {
    CommandFailure(message: message, status: 1)
  }

  /// A signal ended it.
  static let interrupted = failed("interrupted")

  static func usage(_ message: String) -> CommandFailure {
    CommandFailure(message: message, status: 2)
  }
}
