import Foundation
import MemoryTLSTransport
import Synchronization

/// A line on stderr with bytes and rate, made anew twice a second; nothing if stderr is no terminal.
final class Progress {
  private let timer: any DispatchSourceTimer
  private let queue = DispatchQueue(label: "progress")

  /// Shows the line until it is stopped.
  ///
  /// - Parameters:
  ///   - traffic: What to show.
  ///   - connections: How many there are now; nil if there is only one.
  init?(_ traffic: Traffic, connections: (@Sendable () -> Int)? = nil) {
    guard isatty(2) == 1 else { return nil }
    timer = DispatchSource.makeTimerSource(queue: queue)
    let meter = Meter(traffic)
    timer.schedule(deadline: .now() + 0.5, repeating: 0.5)
    timer.setEventHandler {
      let count = connections.map { ", \($0()) connections" } ?? ""
      StatusLine.show(meter.line() + count)
    }
    timer.resume()
  }

  /// Takes the line away.
  func stop() {
    timer.cancel()
    // One that runs right now is waited for.
    queue.sync {}
    StatusLine.show(nil)
  }
}

/// Rates between two looks.
private final class Meter: Sendable {
  private let traffic: Traffic
  private let last: Mutex<Look>

  private struct Look {
    let time: ContinuousClock.Instant
    let sent: Int
    let received: Int
  }

  init(_ traffic: Traffic) {
    self.traffic = traffic
    last = Mutex(Look(time: .now, sent: traffic.sent, received: traffic.received))
  }

  func line() -> String {
    let look = Look(time: .now, sent: traffic.sent, received: traffic.received)
    let before = last.withLock { last in
      defer { last = look }
      return last
    }
    let seconds = max(0.001, before.time.duration(to: look.time) / .seconds(1))
    func part(_ word: String, _ now: Int, _ then: Int) -> String {
      let rate = Summary.size(Int(Double(now - then) / seconds))
      return "\(word) \(Summary.size(now)) (\(rate)/s)"
    }
    return part("sent", look.sent, before.sent) + ", "
      + part("received", look.received, before.received)
  }
}
