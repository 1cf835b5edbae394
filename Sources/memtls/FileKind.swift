import ArgumentParser
import MemoryTLS
import MemoryTLSFlights
import SystemPackage

/// The kinds of files that hold recorded connections.
enum FileKind: String, ExpressibleByArgument, CaseIterable {
  case flights
  case pcap
  case pcapng

  /// By the extension of a file's name; nil if that is another.
  init?(path: String) {
    guard let word = FilePath(path).extension?.lowercased() else { return nil }
    self.init(rawValue: word)
  }

  /// A log as a file of this kind.
  func bytes(of log: FlightLog) -> [UInt8] {
    switch self {
    case .flights: Array(log.text.utf8)
    case .pcap: log.capture(as: .pcap)
    case .pcapng: log.capture(as: .pcapng)
    }
  }

  /// Whether there is a place for secrets in it.
  var keepsSecrets: Bool { self != .pcap }

  /// Who may read a file of it.
  func permissions(for log: FlightLog) -> FilePermissions {
    isSecret(log) ? .ownerReadWrite : [.ownerReadWrite, .groupRead, .otherRead]
  }

  /// Whether a file of it tells what was encrypted, or lets others find out.
  private func isSecret(_ log: FlightLog) -> Bool {
    let metadata = log.metadata
    let seeds = [metadata.clientSeed, metadata.serverSeed, metadata.identity]
    switch self {
    case .pcap: return false
    case .pcapng: return !metadata.keyLog.isEmpty
    case .flights:
      return !metadata.keyLog.isEmpty || seeds.contains { $0 != nil }
        || log.flights.contains { $0.notes.contains { $0.message == nil } }
    }
  }
}
