/// Contexts by server name, for a server that has several:
///
///     case .undecided(.clientHello(let hello)):
///       if let context = contexts[hello.serverName] { try engine.proceed(with: context) }
///       else { try engine.refuse(.unrecognizedName) }
public struct NamedContexts: Sendable {
  private var contexts: [String: TLSContext] = [:]
  private let fallback: TLSContext?

  /// A map without names; the fallback is for names it does not have, and for clients that send none.
  public init(fallback: TLSContext? = nil) { self.fallback = fallback }

  /// Adds a DNS name, or `*.` and a name: the asterisk stands for one label, and a name that matches
  /// exactly goes before it (RFC 9525 §6.3). Case does not matter, nor does a dot at the end.
  ///
  /// - Throws: `.invalidServerIdentity` for what is no such name, or is there already.
  public mutating func add(_ context: TLSContext, for pattern: String) throws(TLSError) {
    let isWildcard = pattern.hasPrefix("*.")
    let name = try ServerName.checked(isWildcard ? String(pattern.dropFirst(2)) : pattern)
    let key = (isWildcard ? "*." : "") + name.lowercased()
    guard contexts[key] == nil else {
      throw .serverIdentity("server name \"\(pattern)\" is there twice")
    }
    contexts[key] = context
  }

  /// The context for a name as a client sends it; nil if there is none for it.
  public subscript(name: String?) -> TLSContext? {
    guard var name = name?.lowercased() else { return fallback }
    if name.hasSuffix(".") { name.removeLast() }
    guard let dot = name.firstIndex(of: "."), dot > name.startIndex else {
      return contexts[name] ?? fallback
    }
    return contexts[name] ?? contexts["*" + name[dot...]] ?? fallback
  }
}
