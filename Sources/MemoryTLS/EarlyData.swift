/// Whether application data may travel before the handshake is done (0-RTT, RFC 8446 §2.3).
///
/// A client that resumes can write with its first flight (``TLSEngine/writeEarly(_:)``), and a server
/// can read that (``TLSEngine/readEarly(into:)``) and answer before the client has finished.
///
/// What it costs: **early data can be replayed.** Who records a client's first flight can send it to
/// the server again. A server of this library takes each ticket's early data once, as long as the
/// ``TLSConfiguration/sessionStore`` is the only one (RFC 8446 §8.1); but a client that is told of a
/// rejection sends its request a second time, a server with several stores takes it once in each, and
/// other servers may not look at all. So let early data only ask for what may happen twice, such as
/// reading. It has no forward secrecy either: who learns the ticket's secret later can read it. And
/// what a server writes before `.done` goes to a client that has not proven itself in this handshake.
public enum EarlyData: Sendable, Hashable {
  /// No. A server rejects what comes, and skips up to 16,384 bytes of it.
  case none
  /// Up to so many bytes a connection, 1 to 1,048,576. A client sends no more, nor more than its
  /// session allows; a server says so in its tickets, holds so many until they are read, and fails a
  /// connection that sends more. A server's tickets are stateful then.
  /// Source: `SSL_CTX_set_max_early_data`, `SSL_CTX_set_recv_max_early_data`.
  case upTo(Int)

  /// The limit, 0 for none.
  var limit: Int {
    switch self {
    case .none: 0
    case .upTo(let bytes): bytes
    }
  }

  /// The largest limit: what a server may hold for each connection.
  static let largest = 1 << 20
}

/// What became of a connection's early data (`SSL_get_early_data_status`).
public struct EarlyDataOutcome: Sendable, Hashable {
  /// What the server made of it.
  public let verdict: Verdict
  /// On a client, the bytes that were written; on a server, those that were accepted so far.
  public let bytes: Int

  /// What a server makes of early data.
  public enum Verdict: Sendable, Hashable {
    /// The server took it.
    case accepted
    /// The server skipped all of it. It is not sent again unless the caller writes it again.
    case rejected
  }
}
