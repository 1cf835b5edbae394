import Dispatch
import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

extension Settings {
  func clientStream<Base: Transport>(
    over base: Base, readAhead: TLSStream<Base>.ReadAhead = .ring, interrupter: Interrupter? = nil
  ) throws -> TLSStream<Base> {
    TLSStream(try clientEngine(), over: base, readAhead: readAhead, interrupter: interrupter)
  }

  func serverStream<Base: Transport>(
    over base: Base, readAhead: TLSStream<Base>.ReadAhead = .ring, interrupter: Interrupter? = nil
  ) throws -> TLSStream<Base> {
    TLSStream(try serverEngine(), over: base, readAhead: readAhead, interrupter: interrupter)
  }

  func clientStream(over end: Channel.End) throws -> TLSStream<DescriptorTransport> {
    try clientStream(over: DescriptorTransport(end))
  }

  func serverStream(over end: Channel.End) throws -> TLSStream<DescriptorTransport> {
    try serverStream(over: DescriptorTransport(end))
  }
}

extension TLSStream {
  /// Receives so many bytes, or fewer if the peer closes.
  func receive(exactly count: Int) throws -> [UInt8] {
    var all: [UInt8] = []
    while all.count < count {
      let piece = try receive(upTo: count - all.count, until: stalled)
      guard !piece.isEmpty else { break }
      all += piece
    }
    return all
  }
}

/// What a body threw; an issue if it threw nothing or something that is no stream's error.
func streamError<Failure: Error>(
  of channel: Failure.Type = Errno.self, at location: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) -> StreamError<Failure>? {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: location)
  } catch let error as StreamError<Failure> {
    return error
  } catch {
    Issue.record(error, sourceLocation: location)
  }
  return nil
}

extension StreamError {
  var tls: TLSError? { if case .tls(let error) = self { error } else { nil } }
  var transport: Failure? { if case .transport(let error) = self { error } else { nil } }
  var wait: WaitFailure? { if case .wait(let error) = self { error } else { nil } }
}

extension TLSError {
  /// A fatal alert of the peer ended it.
  func isAlert(_ alert: Alert) -> Bool {
    code == .alertReceived && self.alert?.alert == alert && self.alert?.origin == .received
  }

  /// It ended with an alert for the peer.
  func sent(_ alert: Alert) -> Bool { self.alert?.alert == alert && self.alert?.origin == .sent }
}

/// A gate between threads that opens once; whoever waits too long goes on with an issue.
struct Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  func open() { semaphore.signal() }

  func pass(at location: SourceLocation = #_sourceLocation) {
    let result = semaphore.wait(timeout: .now() + 60)
    #expect(result == .success, "the gate stayed shut", sourceLocation: location)
  }
}
