internal import COpenSSL

/// How far the caller has decided what a connection waits for, as its callbacks see it.
///
/// Theory: at each point a callback runs again whenever the handshake is stepped. While there is no
/// answer, it suspends the handshake; then it gives the answer. Each point is asked once: later
/// ClientHellos, renegotiations and post-handshake requests get the answer that stands.
struct Suspension {
  let points: DecisionPoints
  /// The last ClientHello received, kept where it is decided on, until the handshake is done.
  var clientHello: [UInt8] = []
  /// The name that the first ClientHello asks for, as its extension has it.
  var serverName: [UInt8]?
  /// What is to be judged.
  var peerChain: PeerChain?
  var answers = Answers()
  /// What a server of TLS 1.2 said after its client's certificate, before it was accepted.
  var withheld: [UInt8] = []

  enum Point {
    case clientHello
    case certificate
    case peerCertificate
  }

  enum Answer: Equatable {
    case goOn
    case refused(Alert)

    /// What a callback answers that knows 1 and 0.
    var result: CInt { self == .goOn ? 1 : 0 }
  }

  /// What was decided at each point; nil for nothing yet.
  struct Answers {
    private var clientHello: Answer?
    private var certificate: Answer?
    private var peerCertificate: Answer?

    subscript(point: Point) -> Answer? {
      get {
        switch point {
        case .clientHello: clientHello
        case .certificate: certificate
        case .peerCertificate: peerCertificate
        }
      }
      set {
        switch point {
        case .clientHello: clientHello = newValue
        case .certificate: certificate = newValue
        case .peerCertificate: peerCertificate = newValue
        }
      }
    }
  }

  /// Set when the first handshake is done: from then on nobody is asked again.
  private(set) var isOver = false

  init(_ points: DecisionPoints) {
    self.points = points
    if !points.contains(.clientHello) { answers[.clientHello] = .goOn }
  }

  /// Keeps a ClientHello that comes while it is undecided.
  mutating func note(_ message: ProtocolMessage) {
    guard answers[.clientHello] == nil, message.contentType == .handshake,
      message.direction == .clientToServer
    else { return }
    clientHello = message.bytes
  }

  /// Nobody is asked again, and nothing is kept to ask about.
  mutating func end() {
    isOver = true
    (clientHello, serverName) = ([], nil)
  }

  /// Whether the handshake goes on after the peer's certificates were decided on.
  var isAnswered: Bool { answers[.peerCertificate] != nil && !isOver }

  /// Whether a server's client waits to be judged.
  var awaitsVerdict: Bool { peerChain != nil && answers[.peerCertificate] == nil }
}

extension CallbackReports {
  /// The answer about a peer's certificates, as the alert to refuse them with; nil lets them pass.
  ///
  /// Without an answer a client is suspended, while a server goes on and has to hold back what tells
  /// of it. After the handshake nobody is asked: the chain that was accepted is, once more, and no other.
  func decide(_ store: OpaquePointer) -> Alert? {
    let chain = unsafe PeerChain(store, verdict: nil)
    guard !suspension.isOver else { return chain == suspension.peerChain ? nil : .badCertificate }
    if suspension.answers[.peerCertificate] == nil {
      suspension.peerChain = chain
      if sending == .clientToServer {
        unsafe COpenSSL_SSL_set_retry_verify(ssl)
      } else {
        // What was said before needs no verdict.
        unsafe outbox.append(everything(in: outer))
      }
    }
    guard case .refused(let alert)? = suspension.answers[.peerCertificate] else { return nil }
    return alert
  }
}

// MARK: - The C callbacks

extension ContextHandle {
  func applyDecisions(_ points: DecisionPoints) {
    // Always, because another context may hand its ClientHello over to this one.
    unsafe SSL_CTX_set_client_hello_cb(
      pointer, { ssl, alert, _ in unsafe decideOnClientHello(ssl, alert) }, nil)
    if points.contains(.certificate) {
      unsafe SSL_CTX_set_cert_cb(pointer, { ssl, _ in unsafe decideOnCertificate(ssl) }, nil)
    }
    if points.contains(.peerCertificate) { applyRefusalsAfterwards() }
  }

  /// TLS 1.3 on a server: a refused client has got everything but its tickets, and OpenSSL lets
  /// nobody send an alert. An extension of tickets that is never sent can fail with one.
  private func applyRefusalsAfterwards() {
    let places = CUnsignedInt(SSL_EXT_TLS1_3_ONLY | SSL_EXT_TLS1_3_NEW_SESSION_TICKET)
    unsafe SSL_CTX_add_custom_ext(
      pointer, refusalExtension, places,
      { ssl, _, _, _, _, _, _, alert, _ in
        guard
          case .refused(let chosen)? = unsafe reports(of: ssl)?.suspension.answers[.peerCertificate]
        else {
          return 0
        }
        unsafe alert?.pointee = CInt(chosen.knownToOpenSSL.rawValue)
        return -1
      }, nil, nil, nil, nil)
  }
}

/// Of the numbers for private use (RFC 8446 §11).
private let refusalExtension: CUnsignedInt = 0xFF4D

private func decideOnClientHello(
  _ ssl: OpaquePointer?, _ alert: UnsafeMutablePointer<CInt>?
) -> CInt {
  guard let reports = unsafe reports(of: ssl) else { return SSL_CLIENT_HELLO_ERROR }
  switch reports.suspension.answers[.clientHello] {
  case nil:
    guard unsafe SSL_client_hello_isv2(ssl) != 0 else { return SSL_CLIENT_HELLO_RETRY }
    unsafe alert?.pointee = SSL_AD_PROTOCOL_VERSION
    return SSL_CLIENT_HELLO_ERROR
  case .goOn:
    guard unsafe reports.suspension.isSameServer(namedBy: ssl) else {
      unsafe alert?.pointee = SSL_AD_ILLEGAL_PARAMETER
      return SSL_CLIENT_HELLO_ERROR
    }
    return SSL_CLIENT_HELLO_SUCCESS
  case .refused: return SSL_CLIENT_HELLO_ERROR
  }
}

extension Suspension {
  /// Whether a ClientHello asks for the server that the first one asked for, which OpenSSL does not
  /// look at (RFC 8446 §4.1.2): what was decided on one name must not serve for another.
  fileprivate mutating func isSameServer(namedBy ssl: OpaquePointer?) -> Bool {
    var start: UnsafePointer<UInt8>?
    var count = 0
    let type = CUnsignedInt(ExtensionType.serverName.rawValue)
    let isNamed = unsafe SSL_client_hello_get0_ext(ssl, type, &start, &count) == 1
    let name = unsafe isNamed ? Array(UnsafeBufferPointer(start: start, count: count)) : []
    defer { serverName = serverName ?? name }
    return name == serverName ?? name
  }
}

private func decideOnCertificate(_ ssl: OpaquePointer?) -> CInt {
  guard let reports = unsafe reports(of: ssl) else { return 0 }
  let suspended: CInt = reports.suspension.isOver ? 1 : -1
  return reports.suspension.answers[.certificate]?.result ?? suspended
}
