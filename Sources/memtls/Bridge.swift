import MemoryTLS
import MemoryTLSTransport
import SystemPackage

/// Two channels and the TLS side between them: what `client`, `server` and `tunnel` run.
struct Bridge: Sendable {
  /// What carries the plaintext.
  let plain: Channel
  /// What carries the ciphertext.
  let channel: Channel
  let side: Side
  let options: ConnectionOptions
  let books: Bookkeeper
  var verbosity = Verbosity.negotiated
  var showsProgress = false
  /// Whether a client sends the first of its plain side before the handshake is done.
  var sendsEarly = false

  /// Runs one connection, the first one if a channel listens.
  func runOnce() throws {
    try checkDescriptors()
    books.begin()
    let interrupter = try Interrupter()
    Signals.interrupt(interrupter)
    var connection = connection(interrupter)
    connection.recording = books.recording()
    let progress = showsProgress ? Progress(connection.traffic) : nil
    defer { progress?.stop() }
    // Whoever connects to a plain side that listens is the reason for the rest.
    let accepted = plain.isListener ? try plain.open(options, interrupter) : nil
    let opened = try channel.open(options, interrupter)
    try connection.run(side.makeEngine, over: opened) {
      try accepted ?? plain.open(options, interrupter)
    }
  }

  /// Serves whoever connects to the channel that listens, until a signal ends it.
  func serve(atOnce limit: Int) throws {
    try checkDescriptors()
    books.begin()
    let interrupter = try Interrupter()
    Signals.interrupt(interrupter)
    Signals.onHangup { side.contexts.reload() }
    let connection = connection(interrupter)
    let service = try Service(limit: limit, interrupter: interrupter)
    let progress =
      showsProgress ? Progress(connection.traffic) { service.current.running } : nil
    defer { progress?.stop() }
    let start = ContinuousClock.now
    try accept(service) { try serve(connection, $0, $1) }
    service.finish()
    let time = Summary.time(start.duration(to: .now))
    say("\(Summary.served(service.current)), \(Summary.moved(connection.traffic)) in \(time)")
  }

  /// Nobody is left waiting to be accepted when this returns.
  private func accept(
    _ service: Service, _ serve: @escaping @Sendable (Int, FileDescriptor) throws -> Void
  ) throws {
    let listener = try Listener(plain.isListener ? plain : channel)
    say("listening on \(listener)")
    try service.accept(from: listener, serve: serve)
  }

  private func serve(_ connection: Connection, _ number: Int, _ socket: FileDescriptor) throws {
    var connection = connection
    connection.label = "#\(number): "
    connection.recording = books.recording(number)
    connection.peer = SocketAddress.peers(socket)
    let accepted = OpenedChannel(socket)
    if plain.isListener {
      let opened = try channel.open(options, connection.interrupter)
      try connection.run(side.makeEngine, over: opened) { accepted }
    } else {
      try connection.run(side.makeEngine, over: accepted) {
        try plain.open(options, connection.interrupter)
      }
    }
  }

  private func connection(_ interrupter: Interrupter) -> Connection {
    Connection(
      limits: options, books: books, sendsEarly: sendsEarly, verbosity: verbosity,
      traffic: Traffic(),
      interrupter: interrupter,
      plainName: plain == .stdio ? "stdin or stdout" : "\(plain)",
      end: plain.mayNeverEnd ? .peerHasLeft : .bothSides)
  }

  /// A descriptor can be one side's only, and so can stdin and stdout together.
  private func checkDescriptors() throws {
    if let both = plain.descriptors.first(where: { $0 > 2 && channel.descriptors.contains($0) }) {
      throw CommandFailure.usage("descriptor \(both) cannot be both sides'")
    }
    try plain.checkDescriptors(standardStreams: .free)
    let taken = plain.descriptors.contains { $0 < 2 }
    try channel.checkDescriptors(standardStreams: taken ? .taken : .free)
  }
}
