import Dispatch
import MemoryTLSTransport
import SystemPackage

@testable import memtls

extension Listener {
  /// The next connection; one that does not come is a failure and no hang.
  func accepted() throws -> FileDescriptor {
    let interrupter = try Interrupter()
    DispatchQueue.global().asyncAfter(deadline: .now() + 30) { [weak interrupter] in
      interrupter?.interrupt()
    }
    do { return try accept(interrupter: interrupter) } catch WaitFailure.interrupted {
      throw Stall()
    }
  }

  struct Stall: Error {
    let reason = "nobody connected for 30 seconds"
  }
}
