/// One entry of OpenSSL's error queue, copied (`ERR_get_error_all`).
public struct OpenSSLError: Sendable, Hashable, CustomStringConvertible {
  /// The packed code, as `openssl errstr` reads it in hexadecimal.
  public let code: UInt
  /// The library's number (`ERR_LIB_`).
  public let library: Int
  /// The reason's number within the library, or errno for the system library.
  public let reason: Int
  /// OpenSSL's words for the reason.
  public let text: String
  /// The function that raised it, if it was built to say so.
  public let function: String
  /// More about it, such as a file's name; often empty.
  public let data: String

  /// The words, and the data where there is some that is meant for people.
  public var description: String {
    data.isEmpty || data.hasPrefix("calling ") ? text : "\(text) (\(data))"
  }
}
