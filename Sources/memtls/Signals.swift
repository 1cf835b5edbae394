import Foundation
import MemoryTLSTransport
import Synchronization

/// SIGINT and SIGTERM as interruptions.
enum Signals {
  /// From now on both signals end the interrupter's waits. A second one ends the process.
  static func interrupt(_ target: Interrupter) {
    for number in [SIGINT, SIGTERM] {
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        target.interrupt()
        signal(number, SIG_DFL)
      }
      signal(number, SIG_IGN)
      source.resume()
      sources.withLock { $0.append(Held(source: source)) }
    }
  }

  /// From now on SIGHUP runs a body, and ends nothing.
  static func onHangup(_ body: @escaping @Sendable () -> Void) {
    let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
    source.setEventHandler(handler: body)
    signal(SIGHUP, SIG_IGN)
    source.resume()
    sources.withLock { $0.append(Held(source: source)) }
  }

  private struct Held: @unchecked Sendable { let source: any DispatchSourceSignal }
  private static let sources = Mutex<[Held]>([])
}
