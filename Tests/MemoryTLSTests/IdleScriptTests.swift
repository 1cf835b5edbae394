@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Whatever is called, an engine answers and sends the same whether or not its buffers were given back
/// in between.
@Suite struct IdleScriptTests {
  @Test(arguments: [512, 600, 4096, 17_408], Array(IdleCase.allCases))
  func `nobody notices that buffers were given back`(capacity: Int, kind: IdleCase) throws {
    var (releases, failures, read) = (0, 0, 0)
    for seed: UInt64 in 1...6 {
      let plain = try kind.script(capacity, seed, isReleasing: false)
      let releasing = try kind.script(capacity, seed, isReleasing: true)
      let difference = zip(plain.answers, releasing.answers).first { $0 != $1 }
      #expect(difference == nil, "seed \(seed)")
      #expect(plain.answers.count == releasing.answers.count)
      releases += releasing.releases
      failures += releasing.hasFailed ? 1 : 0
      read += releasing.plaintextRead
    }
    #expect(releases > 100 && failures > 0 && read > 5000)
  }
}

/// What a script is about.
enum IdleCase: CaseIterable {
  case tls12, tls13, mutual, early

  /// Answers of a connection whose every byte is drawn from seeds.
  func script(_ capacity: Int, _ seed: UInt64, isReleasing: Bool) throws -> IdleScript {
    let contexts = try Reunion(
      settings.capacity(capacity), seed: seed, clock: .fixed(SeededCase.time))
    let session = self == .early ? try contexts.session() : nil
    let script = try IdleScript(
      contexts, resuming: session, seed: seed, isReleasing: isReleasing)
    script.run(2500)
    return script
  }

  private var settings: Settings {
    switch self {
    case .tls12: Settings(.tls12).mutual
    case .tls13: Settings(.tls13)
    case .mutual:
      Settings(.tls13).mutual.changed {
        $0.server.clientCertificates = .none
        $0.client.postHandshakeAuthentication = .offered
      }
    case .early:
      Settings(.tls13).telling.changed {
        $0.client.earlyData = .upTo(10_000)
        $0.server.earlyData = .upTo(10_000)
      }
    }
  }
}
