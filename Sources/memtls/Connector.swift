import MemoryTLS
import MemoryTLSTransport
import SystemPackage

/// One connection from the opening of its channel to the summary: what `client` and `server` share.
struct Connector {
  let channel: Channel
  let timeouts: TimeoutOptions

  func run(_ engine: TLSEngine) throws {
    try channel.checkDescriptors()
    let interrupter = try Interrupter()
    Signals.interrupt(interrupter)
    let opened = try channel.open(
      connectTimeout: timeouts.connectTimeout, interrupter: interrupter)
    let stream = TLSStream(engine, over: opened.transport, interrupter: interrupter)
    do {
      try shakeHands(stream)
      say(Summary.negotiated(engine))
      let failure = carry(stream)
      say(Summary.moved(stream))
      if let failure { throw CommandFailure.failed(failure) }
    } catch {
      opened.abandon()
      throw error
    }
    try opened.finish(until: Timeout(10).deadline, interrupter: interrupter)
  }

  private func shakeHands(_ stream: TLSStream<DescriptorTransport>) throws {
    do throws(StreamError<Errno>) {
      try stream.handshake(until: timeouts.handshakeTimeout.deadline)
    } catch {
      if case .tls = error { stream.linger(until: Timeout(1).deadline) }
      let hint = Hint.forFailure(error, role: stream.engine.role)
      throw CommandFailure.failed("handshake: \(error)\(hint)")
    }
  }

  /// Carries stdin and stdout until the end; answers why it broke, if it did.
  private func carry(_ stream: TLSStream<DescriptorTransport>) -> String? {
    let plain = DescriptorTransport(input: .standardInput, output: .standardOutput)
    do throws(Tunnel<DescriptorTransport, DescriptorTransport>.Failure) {
      try Tunnel(plain: plain, secure: stream).run()
      return nil
    } catch {
      switch error {
      case .plain(let failure):
        try? stream.close(until: Timeout(1).deadline)
        return "stdin or stdout: \(failure)"
      case .secure(let failure):
        if case .tls = failure { stream.linger(until: Timeout(1).deadline) }
        return "\(failure)"
      case .wait(.interrupted):
        stream.interrupter?.reset()
        try? stream.close(until: Timeout(1).deadline)
        return "interrupted"
      case .wait(let failure):
        return "cannot wait: \(failure)"
      }
    }
  }
}
