@testable import MemoryTLS
import Testing

@Suite struct TLSErrorTests {
  @Test func `errors are equal when code and alert are`() {
    let sent = TLSError.SeenAlert(alert: .unknownCA, origin: .sent)
    let received = TLSError.SeenAlert(alert: .unknownCA, origin: .received)
    let error = TLSError(.verificationFailed, .peer, "one", phase: .handshake, alert: sent)
    #expect(error == TLSError(.verificationFailed, .environment, "two", alert: sent))
    #expect(error != TLSError(.verificationFailed, .peer, "one", alert: received))
    #expect(error != TLSError(.verificationFailed, .peer, "one"))
    #expect(error != TLSError(.protocolFailure, .peer, "one", alert: sent))
  }

  @Test func `the description is the message`() {
    #expect("\(TLSError.aborted)" == "closed before the handshake was done")
  }
}
