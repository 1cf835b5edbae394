internal import COpenSSL

/// Owns an `SSL_CTX` and what its callbacks point at. Never changed after `init`, which is what
/// makes sharing it between threads sound (openssl-threads(7)).
@safe
final class ContextHandle: @unchecked Sendable {
  let pointer: OpaquePointer
  let library: LibraryContext
  let clock: TLSClock
  private let protocols: ProtocolList
  let verifier: Verifier
  let ticketKeys: TicketKeys?
  /// Where servers keep sessions.
  let sessionStore: SessionStore?
  let takesEarlyData: Bool
  /// What the sessions of clients are bound to.
  let clientPolicy: [UInt8]
  let lastBinding = LastBinding(nil)
  private let stapling: Stapling
  let sessionContext: [UInt8]
  let preSharedKeys: PreSharedKeys?
  let recordPadding: RecordPadding

  /// To be called with the library context as the thread's default.
  init(
    _ asked: TLSConfiguration, in library: LibraryContext, _ clock: TLSClock
  ) throws(TLSError) {
    ErrorQueue.clear()
    defer { ErrorQueue.clear() }
    (self.library, self.clock) = (library, clock)
    let configuration = asked.verified(by: clock)
    // The pointer last: `deinit` runs, and frees it, only if everything has been set.
    protocols = try ProtocolList(configuration.applicationProtocols)
    verifier = try Verifier(configuration)
    let identities = try [LoadedIdentity](loading: configuration.identities)
    clientPolicy = try configuration.clientPolicy(of: identities)
    ticketKeys = configuration.ticketKeys
    takesEarlyData = configuration.earlyData != .none
    sessionStore = configuration.keepsServerSessions ? configuration.serverStore : nil
    stapling = try Stapling(configuration, identities)
    sessionContext = try configuration.sessionContext()
    preSharedKeys = configuration.preSharedKeys
    recordPadding = configuration.recordPadding
    let algorithms = unsafe try configuration.algorithms.libraryContext(beside: library)
    guard let pointer = unsafe SSL_CTX_new_ex(algorithms, nil, TLS_method()) else {
      throw .outOfMemory("SSL_CTX_new_ex")
    }
    unsafe self.pointer = pointer
    try apply(configuration)
    for identity in identities { try identity.use(for: self) }
  }

  deinit { unsafe SSL_CTX_free(pointer) }

  private func apply(_ configuration: TLSConfiguration) throws(TLSError) {
    applyFixedSettings()
    try applyVersions(configuration.versions)
    try applyCipherSuites(configuration.cipherSuites, configuration.versions)
    try applyGroups(configuration.groups)
    try applySignatureSchemes(configuration.signatureSchemes)
    try applyRecordSize(configuration.largestRecord)
    try applyTickets(of: configuration)
    applySessions(configuration)
    applyTicketKeys()
    applyTicketTimes()
    try applyEarlyData(configuration)
    try applyTrust(configuration.trust, configuration.verification)
    try applyVerification(configuration.verification, beside: configuration.trust)
    applySessionContext()
    applyDecisions(configuration.decisions)
    try applyPreSharedKeys(configuration)
    try applyLimits(configuration.limits)
    try applyRecordPadding(configuration)
    applyRenegotiation(configuration.renegotiation)
    applyPostHandshakeAuthentication(configuration.postHandshakeAuthentication)
    applySecretLogging(configuration.logsSecrets)
    try applyTimestamps(configuration.certificateTimestamps)
    protocols.install(in: self)
    verifier.install(in: self)
    stapling.install(in: self)
  }

  /// What no caller chooses: modes that make writes retryable, no compression, the server's order
  /// of cipher suites, and no session cache (a cache would grow with the peers).
  ///
  /// One that `openssl.cnf` may have turned on is turned off: an unexpected end of the input must not
  /// look like a clean one.
  private func applyFixedSettings() {
    unsafe SSL_CTX_clear_options(pointer, COpenSSL_SSL_OP_IGNORE_UNEXPECTED_EOF)
    unsafe COpenSSL_SSL_CTX_set_mode(pointer, COpenSSL_SSL_MODES)
    unsafe SSL_CTX_set_options(
      pointer,
      COpenSSL_SSL_OP_NO_COMPRESSION | COpenSSL_SSL_OP_CIPHER_SERVER_PREFERENCE
        | COpenSSL_SSL_OP_PRIORITIZE_CHACHA)
    unsafe COpenSSL_SSL_CTX_set_session_cache_mode(pointer, CLong(SSL_SESS_CACHE_OFF))
  }
}

extension TLSConfiguration {
  /// With a fixed time for verification, where there is one and none was asked for.
  fileprivate func verified(by clock: TLSClock) -> TLSConfiguration {
    var copy = self
    copy.verification.time = verification.time ?? clock.fixedTime
    return copy
  }
}
