import MemoryTLS

/// An observer that calls its engine from inside a call, which has to come to nothing. On one thread.
final class Intruder: @unchecked Sendable {
  weak var engine: TLSEngine?
  /// The first call that came to something.
  private(set) var success: String?
  /// What was observed.
  private(set) var landmarks: Set<UInt64> = []

  var observer: MessageObserver { { [self] in intrude($0) } }

  private func intrude(_ message: ProtocolMessage) {
    landmarks.insert(landmark("\(message.direction) \(message.name)"))
    guard let engine, success == nil else { return }
    let pending = engine.pendingCiphertext
    expectReentered("step") { () throws(TLSError) in _ = try engine.step() }
    expectReentered("push") { () throws(TLSError) in _ = try engine.push([22]) }
    expectReentered("close") { () throws(TLSError) in _ = try engine.close() }
    engine.endOfInput()
    if !engine.pull().isEmpty || engine.pendingCiphertext != pending { success = "pull" }
  }

  private func expectReentered(_ name: String, _ call: () throws(TLSError) -> Void) {
    do throws(TLSError) {
      try call()
      success = name
    } catch {
      if error.code != .reentered { success = "\(name), \(error)," }
    }
  }
}
