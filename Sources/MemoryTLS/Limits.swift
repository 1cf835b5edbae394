/// What a peer may make an engine do. Exceeding one ends the connection with `.limitExceeded`, the
/// peer's fault, which names the limit and its value.
///
/// The peer gets an alert only where it says so: OpenSSL has no call that sends one. Counts are looked
/// at after each call of OpenSSL, which takes what is in the incoming ring and no more.
public struct Limits: Sendable, Hashable {
  /// The most ciphertext taken in one handshake, in bytes; by default 256 KiB. Everything counts,
  /// records that OpenSSL skips too. No alert.
  public var handshakeBytes = 256 << 10
  /// The most handshake messages received in one handshake; by default 64, where the longest has 12.
  /// HelloRequests, which OpenSSL skips without end, count too. No alert.
  public var handshakeMessages = 64
  /// The longest Certificate message, in bytes; by default 100 KiB (`SSL_CTX_set_max_cert_list`). The
  /// peer gets illegal_parameter. Names of authorities in a CertificateRequest have the same limit.
  public var certificateChainBytes = 100 << 10
  /// The most KeyUpdates of the peer, beside answers to ours, without application data in between; by
  /// default 32. No alert.
  public var keyUpdates = 32
  /// The most tickets after the handshake without application data in between; by default 32. No
  /// alert.
  public var tickets = 32
  /// The most renegotiations that a server may ask for in a connection, whether they are refused or
  /// done; by default 16. No alert.
  public var renegotiations = 16
  /// The most records without content in a row, 1 to 32; by default 32, which is OpenSSL's own limit:
  /// there the peer gets unexpected_message, below it no alert. Those with padding, and those of CBC
  /// cipher suites, are seen by OpenSSL alone.
  public var emptyRecords = 32
  /// The most calls of ``TLSEngine/step()`` in a row between which nothing was pushed or pulled; by
  /// default 100,000. Whoever waits in a loop is at fault, and not the peer: `.limitExceeded` is
  /// the caller's fault here, changes nothing, and ends with the next push or pull.
  public var stepsWithoutProgress = 100_000

  /// The defaults, which every property states.
  public init() {}
}

extension Limits {
  func check() throws(TLSError) {
    let all = [
      ("handshakeBytes", handshakeBytes), ("handshakeMessages", handshakeMessages),
      ("certificateChainBytes", certificateChainBytes), ("keyUpdates", keyUpdates),
      ("tickets", tickets), ("renegotiations", renegotiations), ("emptyRecords", emptyRecords),
      ("stepsWithoutProgress", stepsWithoutProgress),
    ]
    for (name, value) in all where value < (name == "renegotiations" || name == "tickets" ? 0 : 1) {
      throw .configuration("limits.\(name) of \(value) is too small")
    }
    guard emptyRecords <= 32 else {
      throw .configuration("limits.emptyRecords of \(emptyRecords) exceeds OpenSSL's 32")
    }
  }

  /// A limit that was exceeded.
  struct Excess {
    let name: String
    let limit: Int

    func error(_ fault: TLSError.Fault, _ phase: TLSError.Phase) -> TLSError {
      TLSError(
        .limitExceeded, fault, "more than \(limit), the limit named \(name)", phase: phase)
    }
  }
}

/// What a peer has made an engine do so far.
struct Tolls {
  var handshakeMessages = 0
  var keyUpdates = 0
  var tickets = 0
  var renegotiations = 0
  var emptyRecords = 0

  /// Whether application data makes up for something.
  var canBeForgiven: Bool { keyUpdates > 0 || tickets > 0 }

  /// Application data makes up for some.
  mutating func forgive() { (keyUpdates, tickets) = (min(keyUpdates, 0), 0) }

  /// The first limit that is exceeded.
  func excess(of limits: Limits) -> Limits.Excess? {
    if handshakeMessages > limits.handshakeMessages {
      return Limits.Excess(name: "handshakeMessages", limit: limits.handshakeMessages)
    }
    if keyUpdates > limits.keyUpdates {
      return Limits.Excess(name: "keyUpdates", limit: limits.keyUpdates)
    }
    if tickets > limits.tickets {
      return Limits.Excess(name: "tickets", limit: limits.tickets)
    }
    if renegotiations > limits.renegotiations {
      return Limits.Excess(name: "renegotiations", limit: limits.renegotiations)
    }
    if emptyRecords > limits.emptyRecords {
      return Limits.Excess(name: "emptyRecords", limit: limits.emptyRecords)
    }
    return nil
  }
}

/// Steps in a row between which nothing was pushed or pulled.
struct Idling {
  private var last: Progress?
  private var count = 0

  /// What is pushed and pulled changes.
  struct Progress: Equatable {
    let pushed: Int
    let pulled: Int
    let inputHasEnded: Bool
  }

  /// Counts a step, and answers whether it may be taken.
  mutating func allows(_ state: Progress, upTo limit: Int) -> Bool {
    guard state == last else {
      (last, count) = (state, 1)
      return true
    }
    guard count < limit else { return false }
    count += 1
    return true
  }
}
