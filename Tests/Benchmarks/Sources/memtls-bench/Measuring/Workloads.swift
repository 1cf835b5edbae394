import MemoryTLS

extension Workload {
  /// All, in the order they are run.
  static let all = handshakes + bulk + [pingPong] + contexts + [memory, counts]

  private static let handshakes = [
    connecting("handshake", "full handshakes", Scenario()),
    connecting(
      "handshake-no-tickets", "full handshakes without tickets", Scenario(hasTickets: false)),
    connecting(
      "handshake-mutual", "full handshakes with client certificates", Scenario(isMutual: true)),
    connecting("resumed", "resumptions", Scenario(isResumed: true)),
    connecting(
      "resumed-mutual", "resumptions where the client had a certificate",
      Scenario(isMutual: true, isResumed: true)),
  ]

  private static func connecting(
    _ name: String, _ summary: String, _ scenario: Scenario
  ) -> Workload {
    timed(name, summary, "connections/s", scenario) { try $0.connect($1) }
  }

  private static let bulk = [(1, "1k"), (16, "16k"), (256, "256k")].flatMap { kibibytes, size in
    [(Scenario.Suite.aes128, "aes128"), (.aes256, "aes256"), (.chacha20, "chacha20")].map {
      (suite, cipher) in
      timed(
        "bulk-\(size)-\(cipher)", "writes of \(kibibytes) KiB, \(suite.name)", "MiB/s",
        worth: Double(kibibytes) / 1024, Scenario(suite: suite)
      ) { try $0.transfer($1, of: kibibytes << 10) }
    }
  }

  private static let pingPong = timed(
    "ping-pong", "64 bytes there and back", "round trips/s", Scenario(suite: .aes128)
  ) { try $0.pingPong($1) }

  /// C reads the system's roots each time, MemoryTLS once for the process.
  private static let contexts = [
    making("context", "both ends' contexts, the authority in memory", Scenario()),
    making(
      "context-system", "both ends' contexts, the system's roots read anew",
      Scenario(trustsSystem: true), after: { Trust.forgetSystemRoots() }),
    making(
      "context-system-again", "both ends' contexts, MemoryTLS has the system's roots from before",
      Scenario(trustsSystem: true)),
  ]
}
