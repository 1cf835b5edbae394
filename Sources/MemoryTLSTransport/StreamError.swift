public import MemoryTLS

/// What went wrong on a ``TLSStream``: TLS, the channel under it, or the waiting. None hides another:
/// if a write fails because the peer has gone, what the peer said before comes first.
public enum StreamError<Failure: Error>: Error {
  /// The TLS connection failed; whatever alert there is for the peer was sent if the channel took it.
  case tls(TLSError)
  /// The channel failed.
  case transport(Failure)
  /// The channel takes no more, without having failed.
  case ended
  /// Nothing failed, but the handshake waits for a decision: answer it with the engine's methods, and
  /// call again. The answer is on its way then.
  case undecided(Decision)
  /// Nothing failed, but the deadline passed or someone interrupted; call again to go on.
  case wait(WaitFailure)
}

extension StreamError: Sendable where Failure: Sendable {}

extension StreamError: CustomStringConvertible {
  /// What the cause says.
  public var description: String {
    switch self {
    case .tls(let error): "\(error)"
    case .transport(let failure): "channel: \(failure)"
    case .ended: "channel takes no more"
    case .undecided: "the handshake waits for a decision"
    case .wait(.deadlineExceeded): "timed out"
    case .wait(.interrupted): "interrupted"
    case .wait(let failure): "cannot wait: \(failure)"
    }
  }
}
