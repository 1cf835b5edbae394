import CBaseline

/// Plain C; a slice is one call.
@safe
final class CSubject: Subject {
  private let baseline: OpaquePointer
  /// Connections beside the one for transfers.
  let kept: OpaquePointer
  let settings: Settings

  enum Settings {
    /// OpenSSL's.
    case defaults
    /// MemoryTLS's.
    case matched
  }

  init(_ scenario: Scenario, _ credentials: Credentials, _ settings: Settings) throws {
    let asked = CBaseline_Scenario(
      isMatched: settings == .matched, isMutual: scenario.isMutual, isResumed: scenario.isResumed,
      hasTickets: scenario.hasTickets, trustsSystem: scenario.trustsSystem,
      suite: scenario.suite.rawValue)
    guard
      let baseline = unsafe CBaseline_new(
        asked, credentials.root, credentials.server.certificate, credentials.server.key,
        credentials.client.certificate, credentials.client.key)
    else { throw Failure("out of memory") }
    guard let kept = unsafe CBaseline_Kept_new(baseline) else {
      unsafe CBaseline_free(baseline)
      throw Failure("out of memory")
    }
    self.settings = settings
    unsafe self.baseline = baseline
    unsafe self.kept = kept
    try check(unsafe CBaseline_failure(baseline) == nil)
  }

  deinit {
    unsafe CBaseline_Kept_free(kept)
    unsafe CBaseline_free(baseline)
  }

  func connect(_ count: Int) throws { try check(unsafe CBaseline_connect(baseline, count)) }

  func transfer(_ count: Int, of size: Int) throws {
    try check(unsafe CBaseline_transfer(baseline, count, size))
  }

  func pingPong(_ count: Int) throws { try check(unsafe CBaseline_pingPong(baseline, count)) }

  func check(_ isDone: Bool) throws {
    guard !isDone else { return }
    let reason = unsafe CBaseline_failure(baseline).map { unsafe String(cString: $0) }
    throw Failure("C: " + (reason ?? "failed"))
  }
}

extension CSubject: Inspectable {
  func inspect() throws -> Trace {
    var trace = Trace()
    var traffic = CBaseline_Traffic()
    let isDone = unsafe withUnsafeMutablePointer(to: &trace) { trace in
      unsafe CBaseline_inspect(
        baseline,
        { argument, isSent, message, count in
          let bytes = unsafe Array(UnsafeBufferPointer(start: message, count: count))
          unsafe argument?.assumingMemoryBound(to: Trace.self).pointee.note(bytes, isSent: isSent)
        }, trace, &traffic)
    }
    try check(isDone)
    trace.traffic = Trace.Traffic(
      toServer: traffic.toServer, toClient: traffic.toClient, transfer: traffic.transfer)
    return trace
  }
}
