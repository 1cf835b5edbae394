import MemoryTLS
import Synchronization

/// The context for new connections, which can be made anew while connections run.
final class Contexts: Sendable {
  private let make: @Sendable () throws -> TLSContext
  private let latest: Mutex<TLSContext>

  /// Makes the first one.
  init(_ make: @escaping @Sendable () throws -> TLSContext) throws {
    self.make = make
    latest = Mutex(try make())
  }

  var current: TLSContext { latest.withLock { $0 } }

  /// Reads certificates and trust again; what cannot be read leaves the old ones.
  func reload() {
    Trust.forgetSystemRoots()
    do {
      let context = try make()
      latest.withLock { $0 = context }
      say("certificates and trust are loaded anew")
    } catch {
      say("certificates and trust stay as they are: \(reason(error))")
    }
  }

  private func reason(_ error: any Error) -> String {
    (error as? CommandFailure)?.message ?? "\(error)"
  }
}
