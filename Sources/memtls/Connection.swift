import MemoryTLS
import MemoryTLSTransport

/// How one connection is made and run, from its open channel to its summary.
struct Connection: Sendable {
  /// What it may take: deadlines and the framing.
  let limits: ConnectionOptions
  /// What is written down about it.
  let books: Bookkeeper
  /// Whether a client sends the first of its plain side before the handshake is done.
  var sendsEarly = false
  /// How much is said about it.
  let verbosity: Verbosity
  /// Counts its plaintext, with that of others if there are any.
  let traffic: Traffic
  /// Ends it early, with close_notify.
  let interrupter: Interrupter
  /// What the plain side is called when it fails.
  let plainName: String
  /// Where its work is done.
  let end: TunnelEnd
  /// Before all that is said of it; empty for the only one.
  var label = ""
  /// Whom it is with, if that is known and worth saying.
  var peer: String?
  /// What keeps its flights, if they are to be kept.
  var recording: Recording?

  /// Shakes hands over the channel, and only then opens the plain side and joins both.
  ///
  /// - Parameters:
  ///   - makeEngine: Makes the TLS side of it, with somebody who looks at the messages.
  ///   - channel: What carries the ciphertext.
  ///   - plain: Opens what carries the plaintext.
  /// - Throws: `CommandFailure` that says what went wrong.
  func run(
    _ makeEngine: (MessageObserver?) throws -> TLSEngine, over channel: OpenedChannel,
    plain: () throws -> OpenedChannel
  ) throws {
    defer { recording?.finish(tell) }
    do {
      let flights = verbosity == .flights ? FlightTalk(label: label) : nil
      let observer = flights?.observer
      let engine = try makeEngine(recording?.observer(and: observer) ?? observer)
      recording?.follow(engine, over: channel)
      try frame(channel.transport, engine, flights, plain)
    } catch {
      throw channel.abandoned(after: error)
    }
    try channel.finish(until: Timeout(10).deadline, interrupter: interrupter)
  }

  private func frame(
    _ base: some Transport, _ engine: TLSEngine, _ flights: FlightTalk?,
    _ plain: () throws -> OpenedChannel
  ) throws {
    if let framing = limits.framing.format {
      try watch(FramedTransport(base, framing: framing), engine, flights, plain)
    } else {
      try watch(base, engine, flights, plain)
    }
  }

  private func watch(
    _ base: some Transport, _ engine: TLSEngine, _ flights: FlightTalk?,
    _ plain: () throws -> OpenedChannel
  ) throws {
    guard let flights else { return try secure(base, engine, plain) }
    let observed = ObservedTransport(base) { passage, bytes in
      flights.note(bytes, engine.role.direction(of: passage))
    }
    defer { flights.end() }
    try secure(observed, engine, plain)
  }

  private func secure(
    _ base: some Transport, _ engine: TLSEngine, _ plain: () throws -> OpenedChannel
  ) throws {
    let attended = AttendedTransport(base) { books.look(at: engine, recording) }
    defer { books.look(at: engine, recording) }
    let stream = TLSStream(engine, over: attended, interrupter: interrupter)
    let start = try sendsEarly ? EarlyStart(engine, plain, interrupter) : nil
    if sendsEarly, start == nil { tell("no session that allows early data: none is sent") }
    try shakeHands(stream)
    try introduce(engine)
    let opened = try start?.plain ?? open(plain, stream)
    do {
      try carry(opened.transport, stream, start)
    } catch {
      throw opened.abandoned(after: error)
    }
    try opened.finish(until: Timeout(10).deadline, interrupter: interrupter)
  }

  /// Says what came of the handshake.
  private func introduce(_ engine: TLSEngine) throws {
    if verbosity >= .negotiated {
      tell(Summary.negotiated(engine) + (peer.map { ", from \($0)" } ?? ""))
    }
    if verbosity >= .certificates { Summary.certificates(engine).forEach(tell) }
    try books.tell(of: engine, tell)
  }

  private func open<Base>(
    _ plain: () throws -> OpenedChannel, _ stream: TLSStream<Base>
  ) throws -> OpenedChannel {
    do {
      return try plain()
    } catch {
      let isInterrupted = error as? CommandFailure == .interrupted
      if isInterrupted { close(stream) } else { stream.linger(until: Timeout(1).deadline) }
      throw error
    }
  }

  private func shakeHands<Base>(_ stream: TLSStream<Base>) throws {
    do throws(StreamError<Base.Failure>) {
      try stream.handshake(until: limits.handshakeTimeout.deadline)
    } catch {
      if case .wait(.interrupted) = error { throw CommandFailure.interrupted }
      if case .tls = error { stream.linger(until: Timeout(1).deadline) }
      let hint = Hint.forFailure(error, role: stream.engine.role)
      throw CommandFailure.failed("handshake: \(error)\(hint)")
    }
  }

  /// Early data goes before all else.
  private func carry<Plain: Transport, Base>(
    _ plain: Plain, _ stream: TLSStream<Base>, _ start: EarlyStart?
  ) throws {
    let engine = stream.engine
    let (taken, rest) = (try engine.takeEarlyData(), start?.rest(after: engine) ?? [])
    let early = (sent: start?.accepted(by: engine) ?? 0, received: taken.count)
    traffic.countSent(early.sent)
    traffic.countReceived(early.received)
    if taken.isEmpty, rest.isEmpty { return try carry(plain, stream, early: early) }
    try carry(ForerunTransport(plain, reading: rest, writing: taken), stream, early: early)
  }

  private func carry<Plain: Transport, Base>(
    _ plain: Plain, _ stream: TLSStream<Base>, early: Summary.Moved
  ) throws {
    let tunnel = Tunnel(plain: plain, secure: stream, traffic: traffic)
    let failure = run(tunnel, stream)
    if verbosity.showsEnd(ofLabelled: label) {
      tell("\(Summary.moved(stream, early: early)) in \(Summary.time(tunnel.duration))")
    }
    if let failure { throw failure }
    books.look(at: stream.engine, recording)
    if label.isEmpty, let remark = books.lastRemark { tell(remark) }
  }

  /// Carries until the end; answers why it broke, if it did.
  private func run<Plain, Base>(
    _ tunnel: Tunnel<Plain, Base>, _ stream: TLSStream<Base>
  ) -> CommandFailure? {
    do throws(Tunnel<Plain, Base>.Failure) {
      try tunnel.run(until: end, idleTimeout: limits.idleTimeout?.duration)
      return nil
    } catch {
      switch error {
      case .wait: close(stream)
      // Without close_notify the peer knows that this was not all; what there was must reach it.
      case .secure(.tls), .plain, .plainEnded: stream.linger(until: Timeout(1).deadline)
      case .secure: break
      }
      return failure(error)
    }
  }

  private func failure<Plain, Base>(_ error: Tunnel<Plain, Base>.Failure) -> CommandFailure {
    switch error {
    case .secure(let failure): .failed("\(failure)")
    case .plain(let failure): .failed("\(plainName): \(failure)")
    case .plainEnded: .failed("\(plainName) takes no more")
    case .wait(.interrupted): .interrupted
    case .wait(.deadlineExceeded):
      .failed("nothing moved for \(limits.idleTimeout?.seconds ?? 0) seconds")
    case .wait: .failed("\(error)")
    }
  }

  /// Says goodbye as far as that goes, also when interrupted.
  private func close<Base>(_ stream: TLSStream<Base>) {
    stream.interrupter = nil
    let deadline = Timeout(2).deadline
    try? stream.close(until: deadline)
    stream.linger(until: deadline)
  }

  private func tell(_ line: String) { say(label + line) }
}

/// How much is said of connections that go well.
enum Verbosity: Comparable, Sendable {
  /// Nothing, but what the only one moved.
  case quiet
  /// What was negotiated.
  case negotiated
  /// The peer's certificates as well.
  case certificates
  /// The flights as well.
  case flights

  /// Whether it is said what a connection moved: of the only one, or if much is said.
  func showsEnd(ofLabelled label: String) -> Bool { label.isEmpty || self == .flights }
}

extension Role {
  fileprivate func direction(of passage: Passage) -> Direction {
    (self == .server) == (passage == .read) ? .clientToServer : .serverToClient
  }
}
