public import MemoryTLS
public import MemoryTLSFlights

/// A client and a server engine joined in memory, driven by turns and never for ever.
///
///     let pair = try EnginePair(client: client, server: server)
///     try pair.settle()
///     pair.client.send(Array("ping".utf8))
///     try pair.settle()
///     // pair.server.received is "ping"
public final class EnginePair {
  /// The client's end.
  public let client: Endpoint
  /// The server's end.
  public let server: Endpoint
  /// Everything that was sent, in flights.
  public private(set) var log = FlightLog(metadata: .both)
  private var cutter: Wire.Cutter
  private var tampering: Tampering?
  private var isDown = false

  /// Two engines that have not begun, on a wire that cuts as asked.
  public init(client: TLSEngine, server: TLSEngine, wire: Wire = .whole) {
    self.client = Endpoint(client)
    self.server = Endpoint(server)
    cutter = Wire.Cutter(wire)
  }

  /// Two new engines; the log gets their messages.
  ///
  /// - Throws: what is wrong with a role, as `TLSEngine.init` does.
  public init(
    client: TLSContext, expecting identity: ServerIdentity = .name("localhost"),
    server: TLSContext, wire: Wire = .whole
  ) throws(TLSError) {
    func endpoint(_ context: TLSContext, _ role: Role) throws(TLSError) -> Endpoint {
      let notes = Notes()
      let observer = notes.observer(sending: role.sending)
      return Endpoint(try TLSEngine(context, as: role, observing: observer), notes: notes)
    }
    self.client = try endpoint(client, .client(identity))
    self.server = try endpoint(server, .server)
    cutter = Wire.Cutter(wire)
  }

  /// Two new engines of two configurations.
  ///
  /// - Throws: what is wrong with them, as `TLSContext.init` does.
  public convenience init(
    client: TLSConfiguration, expecting identity: ServerIdentity = .name("localhost"),
    server: TLSConfiguration, wire: Wire = .whole
  ) throws(TLSError) {
    try self.init(
      client: TLSContext(client), expecting: identity, server: TLSContext(server), wire: wire)
  }

  /// Two new engines that send the same bytes every time: the client draws from the seed
  /// (``Entropy/seeded(_:)``), the server from its complement, and the clock stands still, because
  /// tickets tell the time.
  ///
  /// - Throws: what is wrong with the configurations, as `TLSContext.init` does.
  public convenience init(
    client: TLSConfiguration, expecting identity: ServerIdentity = .name("localhost"),
    server: TLSConfiguration, wire: Wire = .whole, seed: UInt64,
    clock: TLSClock = .seeded
  ) throws(TLSError) {
    try self.init(
      client: TLSContext(client, entropy: .seeded(seed), clock: clock), expecting: identity,
      server: TLSContext(server, entropy: .seeded(~seed), clock: clock), wire: wire)
    note(seed: seed, clock)
  }

  /// Keeps in the log what the pair's bytes come from.
  func note(seed: UInt64?, _ clock: TLSClock) {
    (log.metadata.clientSeed, log.metadata.serverSeed) = (seed, seed.map { ~$0 })
    if case .fixed(let seconds) = clock { log.metadata.time = seconds }
  }

  /// Lets one thing go wrong on the wire, in place of what was to go wrong before.
  ///
  /// The log keeps what was sent, whatever becomes of it.
  public func inject(_ fault: Fault) {
    precondition(log.flights.isEmpty, "inject a fault before the pair takes its first turn")
    tampering = Tampering(fault)
  }

  /// Whether the place of an injected fault was reached.
  var faultHasStruck: Bool { tampering?.hasStruck ?? false }

  /// One turn of each side: the client moves and its bytes travel, then the server and its bytes.
  ///
  /// - Returns: whether anything moved, or is kept for a later turn by a fault.
  public func step() -> Bool {
    let clientMoved = turn(client, to: server, .clientToServer)
    let serverMoved = turn(server, to: client, .serverToClient)
    let moved = clientMoved || serverMoved
    guard let late = tampering?.endTurn(isIdle: !moved), let direction = tampering?.fault.direction
    else { return moved }
    deliver(late, direction)
    return true
  }

  /// Takes turns until nothing moves: the handshake is done, everything queued has arrived, closes
  /// were seen.
  ///
  /// - Parameters:
  ///   - limit: How many turns to take at most.
  ///   - fileID: Where a failure says it was asked.
  ///   - line: The line there.
  /// - Throws: the failure of either engine, both ends' states with it; a stall, at once, if nothing
  ///   can move and something is unfinished; the limit.
  public func settle(
    limit: Int = 100_000, fileID: String = #fileID, line: Int = #line
  ) throws(PairFailure) {
    let place = SourcePlace(fileID, line)
    for _ in 0..<limit {
      guard !step() else { continue }
      if client.error != nil || server.error != nil { throw failure(.failed, place) }
      if client.isUnfinished || server.isUnfinished { throw failure(.stalled, place) }
      return
    }
    throw failure(.limit(limit), place)
  }

  /// Ends the input of both ends behind what has arrived, as a transport does that goes down.
  func hangUp() {
    isDown = true
    client.endIncoming()
    server.endIncoming()
  }

  private func turn(_ sender: Endpoint, to receiver: Endpoint, _ direction: Direction) -> Bool {
    var moved = sender.advance(after: log.flights.count)
    while carryPiece(from: sender, to: receiver, direction) {
      moved = true
      _ = receiver.advance(after: log.flights.count)
    }
    return moved
  }

  /// Carries one piece, or what was left of the last; false if nothing is pending or there is no room.
  private func carryPiece(
    from sender: Endpoint, to receiver: Endpoint, _ direction: Direction
  ) -> Bool {
    guard receiver.incoming.isEmpty else { return receiver.takeIncoming() }
    let piece = sender.engine.pull(upTo: cutter.next())
    guard !piece.isEmpty else { return receiver.takeIncoming() }
    let flights = log.flights.count
    log.append(piece, direction, notes: sender.takeNotes())
    if tampering?.fault.direction == direction {
      let isNew = log.flights.count > flights
      deliver(tampering?.carry(piece, startsFlight: isNew) ?? [], direction)
    } else {
      deliver([.forward(piece)], direction)
    }
    _ = receiver.takeIncoming()
    return true
  }

  /// Puts what comes out of the wire in front of the ends.
  private func deliver(_ deliveries: [Tampering.Delivery], _ direction: Direction) {
    guard !isDown else { return }
    let (sender, receiver) = direction == .clientToServer ? (client, server) : (server, client)
    for delivery in deliveries {
      switch delivery {
      case .forward(let bytes): receiver.incoming += bytes
      case .back(let bytes): sender.incoming += bytes
      case .end: receiver.endIncoming()
      }
    }
  }

  func failure(_ reason: PairFailure.Reason, _ place: SourcePlace) -> PairFailure {
    PairFailure(
      reason: reason, place: place, client: client.error, server: server.error,
      states: [client.description, server.description], log: log)
  }
}

extension FlightLog.Metadata {
  /// Of a connection whose ends are both ours.
  fileprivate static var both: Self {
    var metadata = Self()
    (metadata.openssl, metadata.role) = (OpenSSLVersion.text, .both)
    return metadata
  }
}
