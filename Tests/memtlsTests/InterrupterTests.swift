import Foundation
import MemoryTLSTransport
import Testing

@Suite struct InterrupterTests {
  @Test func `errno survives an interruption that finds the pipe full`() throws {
    let interrupter = try Interrupter()
    // More than a pipe holds.
    for _ in 0..<100_000 { interrupter.interrupt() }
    errno = EDOM
    interrupter.interrupt()
    #expect(errno == EDOM)
  }
}
