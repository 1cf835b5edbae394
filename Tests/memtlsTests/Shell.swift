import Foundation

extension Credentials {
  /// Runs a script of bash in the directory of the credentials. `$0` is memtls, `$1` and so on are the
  /// arguments. Whatever is left of it after a minute is killed.
  func shell(_ script: String, _ arguments: [String] = []) throws -> Command {
    let whole = "cd \(directory.path)\n" + prelude + script
    return try Command.run(
      "timeout",
      ["-s", "KILL", "60", "bash", "-o", "pipefail", "-c", whole, Command.memtls] + arguments)
  }
}

/// What runs in the background ends with the script. `announced` starts something there and reads the
/// line that says it is ready.
private let prelude = """
  trap 'kill -KILL $(jobs -p) 2>/dev/null' EXIT
  announced() {
    mkfifo said
    "$@" >said 2>&1 &
    exec 5<said
    read -ru 5
  }

  """
