// The errors that are not OpenSSL's.

extension TLSError {
  static func configuration(_ message: String, _ stack: [OpenSSLError] = []) -> TLSError {
    TLSError(.invalidConfiguration, .caller, message, stack: stack)
  }

  static func serverIdentity(_ message: String) -> TLSError {
    TLSError(.invalidServerIdentity, .caller, message)
  }

  /// Takes the queue's entries as the reason.
  static func unreadable(_ path: String) -> TLSError {
    let stack = ErrorQueue.drain()
    return TLSError(.unreadableFile, .caller, "cannot read \(path)\(stack.reason)", stack: stack)
  }

  static func outOfMemory(_ function: String, in phase: Phase? = nil) -> TLSError {
    let stack = ErrorQueue.drain()
    return TLSError(
      .unexpected, .environment, "\(function) failed\(stack.reason)", phase: phase, stack: stack)
  }

  static func argument(
    _ message: String, _ phase: Phase, _ stack: [OpenSSLError] = []
  ) -> TLSError {
    TLSError(.invalidArgument, .caller, message, phase: phase, stack: stack)
  }

  static func unavailable(_ message: String, _ phase: Phase) -> TLSError {
    TLSError(.unavailable, .caller, message, phase: phase)
  }

  static let aborted = TLSError(
    .aborted, .caller, "closed before the handshake was done", phase: .handshake)

  /// A call out of place, which changed nothing.
  static func misuse(_ code: Code, _ phase: Phase) -> TLSError {
    let message =
      switch code {
      case .handshakeIncomplete: "the handshake is not done: call step() until it answers .done"
      case .writeAfterClose: "close() was called: nothing more can be written"
      case .pushAfterEndOfInput: "endOfInput() was called: nothing more can be pushed"
      case .undecided: "the handshake waits for a decision: answer it first"
      case .noSuchDecision: "this is no answer to what the handshake waits for"
      default: "the engine was called from inside one of its own calls"
      }
    return TLSError(code, .caller, message, phase: phase)
  }
}

extension TLSConfiguration {
  /// A server of both versions that has nothing but keys takes suites with SHA-256 first, whatever the
  /// order (OpenSSL 3.0, for keys of TLS 1.2's callback).
  private func checkPreSharedKeysAlone() throws(TLSError) {
    guard identities.isEmpty, versions == .tls12 ... .tls13,
      let key = preSharedKeys?.keys.first(where: { $0.hash == .sha384 }),
      cipherSuites.contains(where: { $0.isTLS13 && $0.rawValue != 0x1302 })
    else { return }
    throw .configuration(
      "PSK \(key) would be ignored by a server of both versions without certificates")
  }

  /// Why an engine made from this cannot be a server; nil if it can.
  var unfitnessToServe: TLSError? {
    guard !identities.isEmpty || preSharedKeys != nil || mayGetIdentityLater else {
      return .configuration("a server needs an identity: none is configured")
    }
    do throws(TLSError) { try checkPreSharedKeysAlone() } catch { return error }
    return nil
  }
}

extension TLSContext {
  /// Whether an engine made from this can play a role.
  func check(_ role: Role) throws(TLSError) {
    switch role {
    case .server:
      if let unfitnessToServe { throw unfitnessToServe }
    case .client(.pinned):
      guard case .pins = configuration.trust else {
        throw .configuration("a pinned server identity needs trust in pins")
      }
    case .client:
      break
    }
  }
}
