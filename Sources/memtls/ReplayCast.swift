import ArgumentParser
import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting

/// Who plays in a replay: the ends that are made again, and of what.
struct ReplayCast {
  private let log: FlightLog
  private let players: [Player]

  /// An end that is made again.
  private struct Player {
    let part: FlightReplayer.Role
    let role: Role
    let context: TLSContext
  }

  /// - Throws: bad usage, and what cannot be made of the options.
  init(_ command: ReplayCommand, _ log: FlightLog) throws {
    self.log = log
    players =
      log.metadata.isRehearsal
      ? try Self.rehearsal(command, log) : [try Self.stranger(command, log)]
  }

  /// What each says now.
  func replays() throws -> [(part: FlightReplayer.Role, replay: Replay)] {
    try players.map { player in
      let replay = try FlightReplayer(log, as: player.part).replay { observer throws(TLSError) in
        try TLSEngine(player.context, as: player.role, observing: observer)
      }
      return (player.part, replay)
    }
  }
}

// MARK: - Of memtls handshake

extension ReplayCast {
  /// Both ends, or the one that is asked for, as the recorded options made them.
  private static func rehearsal(_ command: ReplayCommand, _ log: FlightLog) throws -> [Player] {
    if let option = command.optionsOfStrangers.first {
      throw CommandFailure.usage("\(option): the recording says of what its ends were made")
    }
    var handshake = try HandshakeCommand(recordedIn: log.metadata)
    handshake.protocols.give(way: command.protocols)
    if let time = command.time { handshake.repetition.time = time }
    let settings = try handshake.settings()
    let contexts = try handshake.resumes ? settings.contextsThatMet() : settings.contexts()
    return FlightReplayer.Role.allCases.filter { command.end?.part ?? $0 == $0 }.map { part in
      let role = part == .client ? Role.client(settings.expected) : .server
      return Player(
        part: part, role: role, context: part == .client ? contexts.client : contexts.server)
    }
  }
}

extension HandshakeCommand {
  /// What made a recording.
  ///
  /// - Throws: if its options are none of ours.
  fileprivate init(recordedIn metadata: FlightLog.Metadata) throws {
    do {
      self = try HandshakeCommand.parse(try metadata.options.flatMap { try ShellWords.split($0) })
    } catch {
      throw CommandFailure.failed("the recorded options are none of memtls handshake: \(error)")
    }
    repetition.seed = metadata.identity
    repetition.time = metadata.time.flatMap { Moment(argument: "\($0)") }
  }

  /// Whether there was a connection before the recorded one.
  fileprivate var resumes: Bool { resume || earlyData != nil }
}

extension ProtocolOptions {
  /// Takes what others say, where they say anything.
  fileprivate mutating func give(way others: ProtocolOptions) {
    version = others.version ?? version
    group = others.group ?? group
    ciphers = others.ciphers ?? ciphers
    if !others.alpn.names.isEmpty { alpn = others.alpn }
  }
}

extension FlightLog.Metadata {
  /// Whether `memtls handshake` made it, of a seed.
  fileprivate var isRehearsal: Bool {
    guard let identity, role == .both else { return false }
    return clientSeed == identity && serverSeed == ~identity
  }
}

// MARK: - Of anything else

extension ReplayCast {
  /// One end, of the options given.
  private static func stranger(_ command: ReplayCommand, _ log: FlightLog) throws -> Player {
    let part = command.end?.part ?? (log.metadata.role == .client ? .client : .server)
    if let option = command.options(notFor: part).first {
      throw CommandFailure.usage("\(option) is not for a \(part)")
    }
    let name = log.metadata.serverName ?? Dissection(log).serverName
    let role =
      part == .client ? Role.client(try command.expectation.identity(host: name)) : .server
    let configuration = try command.configuration(of: part, named: name)
    let seed = part == .client ? log.metadata.clientSeed : log.metadata.serverSeed
    let time = command.time?.seconds ?? log.metadata.time
    let context = try TLSContext(
      configuration, entropy: seed.map { .seeded($0) } ?? .system,
      clock: time.map { .fixed($0) } ?? .system)
    return Player(part: part, role: role, context: context)
  }
}

extension ReplayCommand {
  /// What an end of the options is made of; `name` is what its server was asked for.
  fileprivate func configuration(
    of part: FlightReplayer.Role, named name: String?
  ) throws -> TLSConfiguration {
    var configuration = TLSConfiguration()
    configuration.identities = try identities(of: part, named: name)
    let settings: [any Setting] =
      part == .client
      ? [expectation, protocols, shared] : [protocols, clientAuth, handout, shared]
    for setting in settings { try setting.apply(to: &configuration) }
    return configuration
  }

  /// A server that has none gets one, and says so.
  private func identities(
    of part: FlightReplayer.Role, named name: String?
  ) throws -> [Identity] {
    guard part == .server, !credentials.areGiven, !shared.areGiven else {
      return try credentials.identities(for: part == .client ? .client : .server)()
    }
    let name = name ?? "localhost"
    say("no --cert: the server's is for \(name), made for this run")
    return [try Throwaway.selfSigned(.server, for: name).identity]
  }

  /// The options that the other end alone can have, as they are written.
  fileprivate func options(notFor part: FlightReplayer.Role) -> [String] {
    part == .client ? clientAuth.given + handout.given : expectation.given
  }

  /// The options of ends that the recording says nothing of, as they are written.
  fileprivate var optionsOfStrangers: [String] {
    expectation.given + clientAuth.given + handout.given
      + [
        ("--cert", credentials.cert != nil), ("--self-signed", credentials.selfSigned != nil),
        ("--psk", shared.areGiven),
      ].filter(\.1).map(\.0)
  }
}

extension TunnelCommand.End {
  fileprivate var part: FlightReplayer.Role { self == .client ? .client : .server }
}
