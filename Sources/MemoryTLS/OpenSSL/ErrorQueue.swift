internal import COpenSSL

/// OpenSSL's error queue of this thread.
///
/// It is cleared before every call whose result is judged, because `SSL_get_error` takes any stale
/// entry for a failure, and drained after it, so that nothing is left for others to stumble over.
enum ErrorQueue {
  /// Empties it. Looking first is the cheaper way for one that is empty, as it nearly always is.
  static func clear() {
    if ERR_peek_error() != 0 { ERR_clear_error() }
  }

  /// Takes every entry, the oldest (the root cause) first.
  static func drain() -> [OpenSSLError] {
    var entries: [OpenSSLError] = []
    while let entry = next() { entries.append(entry) }
    return entries
  }

  /// Runs something that may use OpenSSL for itself, another engine for instance, and leaves the
  /// queue as it was. Marks (`ERR_set_mark`) would keep its entries out, but not ours in: every
  /// engine clears the queue.
  static func setAside(while body: () -> Void) {
    let entries = drain()
    body()
    clear()
    for entry in entries {
      unsafe COpenSSL_ERR_raise_again(
        CInt(entry.library), CInt(entry.reason), entry.function, entry.data)
    }
  }

  private static func next() -> OpenSSLError? {
    var function: UnsafePointer<CChar>?
    var data: UnsafePointer<CChar>?
    var flags: CInt = 0
    let code = unsafe ERR_get_error_all(nil, nil, &function, &data, &flags)
    guard code != 0 else { return nil }
    let hasText = flags & ERR_TXT_STRING != 0
    return unsafe OpenSSLError(
      code: UInt(code),
      library: Int(ERR_GET_LIB(code)),
      reason: Int(ERR_GET_REASON(code)),
      text: text(of: code),
      function: string(function),
      data: hasText ? string(data) : "")
  }

  /// The words for a code; those of the system library are only to be had in the long form.
  private static func text(of code: UInt) -> String {
    if let reason = unsafe ERR_reason_error_string(code) { return unsafe String(cString: reason) }
    let long = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      unsafe ERR_error_string_n(code, buffer.baseAddress, buffer.count)
      return unsafe string(buffer.baseAddress)
    }
    return String(long[(long.lastIndex(of: ":").map(long.index(after:)) ?? long.startIndex)...])
  }

  private static func string(_ text: UnsafePointer<CChar>?) -> String {
    unsafe text.map { unsafe String(cString: $0) } ?? ""
  }
}

/// The linked OpenSSL, at run time.
public enum OpenSSLVersion {
  /// Its version and date, such as `OpenSSL 3.0.19 27 Jan 2026` (`OpenSSL_version`).
  public static var text: String { unsafe String(cString: OpenSSL_version(OPENSSL_VERSION)) }
}
