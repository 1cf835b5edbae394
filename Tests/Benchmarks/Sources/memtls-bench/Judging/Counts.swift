/// What an operation takes, on both ends together.
struct Counts: Equatable {
  /// Calls that move a handshake (`SSL_do_handshake`).
  var steps = 0.0
  /// Calls of OpenSSL by the program.
  var calls = 0.0
  /// Calls of the program by OpenSSL.
  var callbacks = 0.0
  /// Calls that ask for memory, by the program and Swift's libraries.
  var allocations = 0.0
  /// Such calls by OpenSSL.
  var allocationsOfOpenSSL = 0.0
  /// Instructions of everybody.
  var instructions = 0.0
  /// Instructions of the program and of Swift's libraries.
  var ownInstructions = 0.0

  /// From two profiles of one process, the second with so many operations more. What both have in
  /// common is what happens once, however many there are.
  init(from first: CallProfile, to second: CallProfile, operations: Int, program: String) {
    func isOwn(_ object: String) -> Bool { object == program || object.hasPrefix("libswift") }
    func count(_ value: (CallProfile) -> Int) -> Double {
      Double(value(second) - value(first)) / Double(operations)
    }
    steps = count {
      $0.calls(from: { $0 == program }, to: Self.isOpenSSL, of: ["SSL_do_handshake"])
    }
    calls = count { $0.calls(from: { $0 == program }, to: Self.isOpenSSL) }
    callbacks = count { $0.calls(from: Self.isOpenSSL, to: { $0 == program }) }
    allocations = count { $0.calls(from: Self.isAnother, to: Self.isC, of: Self.allocators) }
    allocationsOfOpenSSL = count {
      $0.calls(from: Self.isOpenSSL, to: Self.isC, of: Self.allocators)
    }
    instructions = count { $0.instructions { _ in true } }
    ownInstructions = count { $0.instructions(in: isOwn) }
  }

  private static func isOpenSSL(_ object: String) -> Bool {
    object.hasPrefix("libssl.") || object.hasPrefix("libcrypto.")
  }

  private static func isC(_ object: String) -> Bool { object.hasPrefix("libc.") }

  /// Whoever asks for memory for itself, or for the program.
  private static func isAnother(_ object: String) -> Bool { !isOpenSSL(object) && !isC(object) }

  /// C's functions that give out memory.
  private static let allocators: Set = [
    "malloc", "calloc", "realloc", "reallocarray", "aligned_alloc", "posix_memalign", "memalign",
  ]
}

extension Counts {
  /// A number of these: its name and unit, and where it is.
  struct Measure: Sendable {
    let name: String
    let unit: String
    let value: @Sendable (Counts) -> Double
  }

  /// All, in the order they are shown.
  static let measures = [
    Measure(name: "steps", unit: "calls") { $0.steps },
    Measure(name: "calls", unit: "calls") { $0.calls },
    Measure(name: "callbacks", unit: "calls") { $0.callbacks },
    Measure(name: "allocations", unit: "allocations") { $0.allocations },
    Measure(name: "openssl-allocations", unit: "allocations") { $0.allocationsOfOpenSSL },
    Measure(name: "instructions", unit: "instructions") { $0.instructions },
    Measure(name: "own-instructions", unit: "instructions") { $0.ownInstructions },
  ]
}
