/// What time a context and its engines take it to be.
///
/// The time decides whether certificates, revocation lists and stapled responses are in force, and
/// whether sessions can still be resumed; and it is written into tickets and sessions.
/// For certificates, ``Verification/time`` goes before it.
public enum TLSClock: Sendable, Hashable {
  /// The system's time, whenever it is looked at.
  case system
  /// Always this time, in seconds since 1970 in UTC.
  ///
  /// A client tells a ticket's age as 0 then (RFC 8446 §4.2.11.1): what OpenSSL would compute from the
  /// system's time may differ between two runs. A server that takes early data and goes by another
  /// clock can refuse it for that.
  case fixed(Int64)

  /// The fixed time; nil if there is none.
  var fixedTime: Int64? {
    guard case .fixed(let time) = self else { return nil }
    return time
  }
}
