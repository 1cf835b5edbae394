import ArgumentParser
import Foundation
import MemoryTLS

/// What a server hands out beside its certificate.
struct HandoutOptions: ParsableArguments, Setting {
  @Option(
    help: ArgumentHelp(
      "Tickets for a client to resume with, sent with the first bytes: 0 to 16.",
      valueName: "number"))
  var tickets = 1

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Seal tickets with these 80 bytes; repeated, others open older tickets. Secret.",
      valueName: "file"))
  var ticketKey: [String] = []

  @Option(
    help: ArgumentHelp(
      "Staple this OCSP response (DER) to the certificate.", valueName: "file"))
  var ocspResponse: String?

  @Option(
    help: ArgumentHelp(
      "Take so much before handshakes are done, where it can be replayed.", valueName: "bytes"))
  var earlyData: Int?

  func validate() throws {
    if let earlyData {
      guard 1...1 << 20 ~= earlyData else {
        throw ValidationError("--early-data \(earlyData) is not from 1 to 1048576")
      }
      if !ticketKey.isEmpty {
        throw ValidationError("--early-data and --ticket-key contradict each other")
      }
    }
    guard 0...16 ~= tickets else {
      throw ValidationError("--tickets \(tickets) is not from 0 to 16")
    }
  }

  func apply(to configuration: inout TLSConfiguration) throws {
    configuration.tickets = tickets == 0 ? .none : .withFirstWrite(tickets)
    if let current = ticketKey.first {
      configuration.ticketKeys = TicketKeys(
        try Self.key(in: current), previous: try ticketKey.dropFirst().map(Self.key))
    }
    if let earlyData { configuration.earlyData = .upTo(earlyData) }
    if let ocspResponse {
      for index in configuration.identities.indices {
        configuration.identities[index].ocspResponse = .file(ocspResponse)
      }
    }
  }

  /// The options that were given, as they are written.
  var given: [String] {
    [
      ("--tickets", tickets != 1), ("--ticket-key", !ticketKey.isEmpty),
      ("--early-data", earlyData != nil), ("--ocsp-response", ocspResponse != nil),
    ].filter(\.1).map(\.0)
  }

  private static func key(in path: String) throws -> TicketKey {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)) else {
      throw CommandFailure.failed("cannot read \(path)")
    }
    guard data.count == 80 else {
      throw CommandFailure.failed("\(path) has \(data.count) bytes; a ticket key has 80")
    }
    return try TicketKey(bytes: Array(data))
  }
}
