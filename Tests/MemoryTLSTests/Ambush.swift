import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

/// Configurations for engines that are to fail with a small outgoing ring.
enum Ambush {
  /// How many names the certificates have: they make flights of 0.5 to 6 KiB.
  static let lengths = [0, 7, 19, 41, 83, 140, 211, 300]

  private static let servers = fixture { try lengths.map { try issue(.server, names: $0) } }
  private static let clients = fixture { try lengths.map { try issue(.client, names: $0) } }

  private static func issue(
    _ purpose: TestIdentity.Purpose, names: Int
  ) throws(TLSError) -> Identity {
    let names = (0..<names).map { Certificate.Name.dns("host-\($0).example") }
    return try Settings.authority.issue(purpose, names: names).identity
  }

  private static func only(_ version: ProtocolVersion) -> TLSConfiguration {
    var settings = TLSConfiguration.ofTest
    settings.versions = version...version
    settings.trust = .acceptAnyoneInsecurely
    settings.tickets = .none
    return settings
  }

  /// A client that takes any server, with a ring that is large enough.
  static func trusting(_ version: ProtocolVersion) -> TLSConfiguration { only(version) }

  /// A server that wants a certificate of any client, with a ring that is large enough.
  static func demanding(_ version: ProtocolVersion) -> TLSConfiguration {
    var settings = server(version, 17408, length: 0)
    settings.clientCertificates = .require
    return settings
  }

  /// A server whose flight has one of the lengths.
  static func server(
    _ version: ProtocolVersion, _ capacity: Int, length: Int
  ) -> TLSConfiguration {
    var settings = only(version)
    settings.identities = [servers[length % lengths.count]]
    settings.ringCapacity.outgoing = capacity
    return settings
  }

  /// A client whose certificate has one of the lengths.
  static func client(
    _ version: ProtocolVersion, _ capacity: Int, length: Int
  ) -> TLSConfiguration {
    var settings = only(version)
    settings.identities = [clients[length % lengths.count]]
    settings.ringCapacity.outgoing = capacity
    return settings
  }
}

/// Half of the capacities from 512 to 4096.
enum Half: CaseIterable {
  case even, odd

  var capacities: StrideThrough<Int> {
    stride(from: self == .even ? 512 : 513, through: 4096, by: 2)
  }
}

let halves = Half.allCases

/// Expects that the victim failed with an alert of its own, that everything it sent is whole records
/// with the alert as the last, and that its peer reads it; answers whether it did.
func expectAlert(
  from victim: Puppet, at peer: Puppet, _ what: @autoclosure () -> String,
  sourceLocation: SourceLocation = #_sourceLocation
) -> Bool {
  peer.take(victim.news())
  let alert = victim.error?.alert
  let (records, rest) = Record.split(victim.sent)
  let last = records.last?.contentType
  guard alert?.origin == .sent, rest == 0, last == .alert || last == .applicationData,
    peer.error?.code == .alertReceived, peer.error?.alert?.alert == alert?.alert
  else {
    Issue.record(
      """
      \(what()): \(victim.engine); \(rest) bytes are no record; last \(last?.description ?? "none"); \
      peer \(peer.engine)
      """, sourceLocation: sourceLocation)
    return false
  }
  return true
}
