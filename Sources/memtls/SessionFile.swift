import Foundation
import MemoryTLS
import Synchronization
import SystemPackage

/// The session that is to be resumed, and the file that newer ones are put into.
final class SessionFile: Sendable {
  private let input: String?
  private let output: String?
  private let offered: TLSSession?
  private let store = SessionStore()
  private let hasArrived = Atomic(false)
  private let writing = Mutex(())

  /// Reads what there is to resume; nil if nothing is asked for.
  init?(_ options: ResumptionOptions) throws {
    guard !options.given.isEmpty else { return nil }
    (input, output) = (options.sessIn, options.sessOut)
    if let output { try ReplacedFile.check(output) }
    offered = try input.flatMap { try Self.read($0, mayBeAbsent: options.sessOut != nil) }
  }

  /// Has the session resumed by the next connection. Not before: whatever engine is made takes it.
  func offer() {
    if let offered { store.insert(offered) }
  }

  /// One session serves one connection; later ones resume what earlier ones got. Where trust may be
  /// another than before, nothing is resumed: no certificate would be looked at again.
  func apply(to configuration: inout TLSConfiguration) {
    store.removeAll()
    if input != nil { configuration.sessionStore = store }
    if output != nil { configuration.sessionDelivery = .events }
  }

  /// Puts a session into the file, in the place of the last.
  func keep(_ session: TLSSession) {
    hasArrived.store(true, ordering: .relaxed)
    guard let output else { return }
    let text = PEM.text(session.bytes)
    writing.withLock { _ in
      do { try ReplacedFile.write(text, to: output) } catch {
        say((error as? CommandFailure)?.message ?? "\(error)")
      }
    }
  }

  /// Why there was a full handshake after all, if there was.
  func remark(on engine: TLSEngine) -> String? {
    guard let input, engine.negotiated?.resumed == false else { return nil }
    guard let offered else { return "no session in \(input) yet: full handshake" }
    let age = Int64(Date().timeIntervalSince1970) - offered.issuedAt
    let hasExpired = !(0...offered.ticketLifetime ~= age)
    return
      "the session in \(input) \(hasExpired ? "has expired" : "was not resumed"): full handshake"
  }

  /// That nothing came, if something was wanted.
  var lastRemark: String? {
    guard let output, !hasArrived.load(ordering: .relaxed) else { return nil }
    return "the server gave no session for \(output)"
  }

  private static func read(_ path: String, mayBeAbsent: Bool) throws -> TLSSession? {
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
      let isAbsent = !FileManager.default.fileExists(atPath: path)
      if isAbsent, mayBeAbsent { return nil }
      throw CommandFailure.failed("cannot read \(path)")
    }
    do throws(TLSError) {
      return try TLSSession(bytes: PEM.bytes(data) ?? Array(data))
    } catch {
      throw CommandFailure.failed("\(path) holds no session: \(error)")
    }
  }
}

/// The form in which OpenSSL keeps sessions (`openssl sess_id` shows what is in one).
private enum PEM {
  private static let label = "SSL SESSION PARAMETERS"

  static func text(_ bytes: [UInt8]) -> String {
    let lines = Data(bytes).base64EncodedString(
      options: [.lineLength64Characters, .endLineWithLineFeed])
    return "-----BEGIN \(label)-----\n\(lines)\n-----END \(label)-----\n"
  }

  /// The bytes of the first session; nil if it is no such text.
  static func bytes(_ data: Data) -> [UInt8]? {
    guard let text = String(data: data, encoding: .utf8),
      let start = text.range(of: "-----BEGIN \(label)-----"),
      let end = text.range(of: "-----END", range: start.upperBound..<text.endIndex)
    else { return nil }
    let body = text[start.upperBound..<end.lowerBound]
    return Data(base64Encoded: String(body), options: .ignoreUnknownCharacters).map { Array($0) }
  }
}
