/// Whether a client asks for a proof, stapled to a server's certificate, that it was not revoked.
///
/// A response that comes has to be good, whoever wants it: signed by the issuer or by whom the issuer
/// charged with that (RFC 6960 §4.2.2.2), about this certificate, in force, and saying "good".
/// Anything else is refused with bad_certificate_status_response, as RFC 6066 §8 demands. Dates may
/// be off by five minutes; a response without an end of its own is in force for a day.
///
/// Where no chain was verified (trust in no authorities, or a ``VerificationHook`` that accepted what
/// OpenSSL had not), a response can be read and is not judged. Resumed sessions have none.
public enum OCSPStapling: Sendable, Hashable {
  /// No.
  case none
  /// Yes; a server may go without.
  case request
  /// Yes; a server without is refused.
  case require
}
