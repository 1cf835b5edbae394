public import MemoryTLS
import Synchronization

/// Writes down what passes an engine, or any channel, as a ``FlightLog``.
///
///     let recorder = FlightRecorder()
///     let engine = try TLSEngine(context, as: .client(.name("localhost")), recordedBy: recorder)
///     // ... the engine is used like any other ...
///     try recorder.log.text.write(to: file, atomically: true, encoding: .utf8)
///
/// Without an engine at hand, ``note(_:_:)-(Span<UInt8>,_)`` takes what passed a channel, such as
/// `ObservedTransport` sees it. Any thread may ask for the log at any time.
public final class FlightRecorder: Sendable {
  /// What may stand in a recording.
  public enum Contents: Sendable, Hashable {
    /// What travelled, and the handshake messages of the recorded engine. Who reads it learns no key
    /// and no data.
    case withoutSecrets
    /// Also the plaintext that was written, and lines of a key log, if the engine's configuration tells
    /// them (``MemoryTLS/TLSConfiguration/logsSecrets``).
    case withSecrets
  }

  private let contents: Contents
  private let limit: Int
  private let now: @Sendable () -> Timestamp?
  private let state: Mutex<State>

  private struct State {
    var log: FlightLog
    /// What was meant by bytes that have not been pulled yet.
    var notes: [Direction: [FlightNote]] = [:]
    /// What the engine sends, if there is one.
    var sending: Direction?
    var byteCount = 0
    var isFull = false
  }

  /// A recorder that has seen nothing.
  ///
  /// - Parameters:
  ///   - metadata: What is known already; what an engine tells is added.
  ///   - contents: What may be kept.
  ///   - limit: How many bytes of ciphertext, plaintext, messages and secrets to keep; it ends with
  ///     those before the first that are too many.
  ///   - now: What time it is, for who wants that in the log.
  public init(
    _ metadata: FlightLog.Metadata = FlightLog.Metadata(),
    keeping contents: Contents = .withoutSecrets, limit: Int = 16 << 20,
    now: @escaping @Sendable () -> Timestamp? = { nil }
  ) {
    (self.contents, self.limit, self.now) = (contents, limit, now)
    state = Mutex(State(log: FlightLog(metadata: metadata)))
  }

  /// What was recorded so far.
  public var log: FlightLog { state.withLock { $0.log } }

  /// Whether there was more than the limit, so that the end is missing.
  public var isCutShort: Bool { state.withLock { $0.isFull } }

  /// Keeps the addresses of client and server.
  public func note(endpoints: String) {
    state.withLock { $0.log.metadata.endpoints = endpoints }
  }

  /// Writes down bytes that passed.
  public func note(_ bytes: Span<UInt8>, _ direction: Direction) {
    // A long connection goes on, and nothing of it is to be copied in vain.
    guard !isCutShort else { return }
    let (bytes, time) = ([UInt8](copying: bytes), now())
    keep(bytes.count) { state in
      state.log.append(
        bytes, direction, notes: state.notes.removeValue(forKey: direction) ?? [], at: time)
    }
  }

  /// Keeps a line of a key log, if secrets may be kept; other events are passed over.
  public func note(_ event: Event) {
    guard case .keyLog(let line) = event, contents == .withSecrets else { return }
    keep(line.utf8.count) { $0.log.metadata.keyLog.append(line) }
  }

  private func keep(_ count: Int, _ change: (inout State) -> Void) {
    state.withLock { state in
      state.isFull = state.isFull || count > limit - state.byteCount
      guard !state.isFull else { return }
      state.byteCount += count
      change(&state)
    }
  }
}

// MARK: - Engines

extension TLSEngine {
  /// A connection whose bytes and messages are written down; see
  /// ``MemoryTLS/TLSEngine/init(_:as:resuming:observing:)``.
  ///
  /// It takes the place of ``MemoryTLS/TLSEngine/passageObserver``.
  public convenience init(
    _ context: TLSContext, as role: Role, resuming session: TLSSession? = nil,
    recordedBy recorder: FlightRecorder
  ) throws(TLSError) {
    try self.init(context, as: role, resuming: session, observing: recorder.observer)
    recorder.watch(self)
  }
}

extension FlightRecorder {
  /// Sees the messages of an engine, both ways: for `TLSEngine.init(_:as:resuming:observing:)`, where
  /// others want to see them too.
  public var observer: MessageObserver {
    { message in
      self.keep(message.bytes.count) { state in
        guard message.direction != state.sending?.reversed else {
          return state.log.annotate(.message(message), message.direction)
        }
        state.notes[message.direction, default: []].append(.message(message))
      }
    }
  }

  /// Sees the bytes of an engine that has not begun; who looked at them before still does.
  public func watch(_ engine: TLSEngine) {
    let (role, other) = (engine.role, engine.passageObserver)
    state.withLock { state in
      state.log.metadata.learn(from: role)
      state.sending = role.sending
    }
    engine.passageObserver = { passage, bytes in
      other?(passage, bytes)
      switch passage {
      case .pulled: self.note(bytes, role.sending)
      case .pushed: self.note(bytes, role.sending.reversed)
      case .written: self.noteWrite(bytes, role.sending)
      case .read: break
      }
    }
  }

  private func noteWrite(_ bytes: Span<UInt8>, _ direction: Direction) {
    guard contents == .withSecrets, !isCutShort else { return }
    let plaintext = [UInt8](copying: bytes)
    keep(plaintext.count) { $0.notes[direction, default: []].append(.write(plaintext)) }
  }
}

extension FlightLog.Metadata {
  /// Adds who the recorded engine is, where that is not known better.
  fileprivate mutating func learn(from role: Role) {
    openssl = openssl ?? OpenSSLVersion.text
    self.role = self.role ?? (role == .server ? .server : .client)
    guard case .client(let identity) = role else { return }
    serverName = serverName ?? identity.host
  }
}

extension ServerIdentity {
  /// The name or address that was expected, if one was.
  fileprivate var host: String? {
    switch self {
    case .name(let name): name
    case .address(let address): address
    case .pinned(let name), .unchecked(let name): name
    }
  }
}
