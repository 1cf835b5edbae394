import Testing

@Suite struct CountsTests {
  /// What happens once, and `count` operations with: a step, two more calls, a callback, three
  /// allocations, four of OpenSSL's, 1,000 instructions.
  private func profile(_ count: Int) -> CallProfile {
    var profile = CallProfile()
    func add(_ calls: Int, _ caller: String, _ callee: String, _ function: String) {
      profile.add(
        calls: calls, .init(caller: caller, callee: callee, function: function))
    }
    add(count, "bench", "libssl.so.3", "SSL_do_handshake")
    add(2 * count, "bench", "libcrypto.so.3", "ERR_clear_error")
    add(count, "libcrypto.so.3", "bench", "callback")
    add(count, "libswiftCore.so", "libc.so.6", "malloc")
    add(2 * count, "bench", "libc.so.6", "posix_memalign")
    add(4 * count, "libcrypto.so.3", "libc.so.6", "realloc")
    add(1 + count, "libc.so.6", "libc.so.6", "malloc")
    add(9, "bench", "libc.so.6", "calloc")
    add(5 * count, "bench", "libc.so.6", "memcpy")
    profile.add(instructions: 700 * count + 50, of: "libcrypto.so.3")
    profile.add(instructions: 200 * count, of: "bench")
    profile.add(instructions: 100 * count, of: "libswiftCore.so")
    return profile
  }

  @Test func `an operation takes what twice as many take more`() {
    let counts = Counts(from: profile(10), to: profile(20), operations: 10, program: "bench")
    #expect(counts.steps == 1)
    #expect(counts.calls == 3)
    #expect(counts.callbacks == 1)
    #expect(counts.allocations == 3)
    #expect(counts.allocationsOfOpenSSL == 4)
    #expect(counts.instructions == 1000)
    #expect(counts.ownInstructions == 300)
  }

  @Test func `what happens once is not an operation's`() {
    let counts = Counts(from: profile(7), to: profile(7), operations: 10, program: "bench")
    #expect(Counts.measures.allSatisfy { $0.value(counts) == 0 })
  }

  @Test func `one allocation in all operations shows`() {
    var later = profile(10)
    later.add(
      calls: 1, .init(caller: "libswiftCore.so", callee: "libc.so.6", function: "malloc"))
    let counts = Counts(from: profile(10), to: later, operations: 50, program: "bench")
    #expect(counts.allocations == 0.02)
  }
}
