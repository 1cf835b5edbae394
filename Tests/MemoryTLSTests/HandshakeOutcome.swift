@testable import MemoryTLS

/// What a handshake came to at both ends, in words.
struct HandshakeOutcome: Hashable, CustomStringConvertible {
  let description: String
  private(set) var isConnection = false

  init(_ settings: Settings) {
    do throws(TLSError) {
      let puppets = try Puppets(settings)
      puppets.exchange()
      let (client, server) = (puppets.client, puppets.server)
      description = "\(Self.words(client)) / \(Self.words(server))"
      isConnection = client.error == nil && server.error == nil
    } catch {
      description = error.message
    }
  }

  private static func words(_ puppet: Puppet) -> String {
    if let error = puppet.error { return "\(error)" }
    guard let negotiated = puppet.engine.negotiated else { return "\(puppet.engine)" }
    return "\(negotiated), \(negotiated.peerSignatureScheme.map { "\($0)" } ?? "no scheme")"
  }
}

extension Settings {
  /// With all algorithms or the needed ones at either end.
  var mixtures: [Settings] {
    Algorithms.allCases.flatMap { client in
      Algorithms.allCases.map { server in
        changed { ($0.client.algorithms, $0.server.algorithms) = (client, server) }
      }
    }
  }
}
