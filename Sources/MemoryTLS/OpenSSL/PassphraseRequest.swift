internal import COpenSSL

/// What a key's decoder asks for; the answer keeps OpenSSL from asking at the terminal.
final class PassphraseRequest {
  let passphrase: [UInt8]?
  private let answerWithout: [UInt8]?
  private(set) var wasAsked = false

  /// Without a passphrase that fits the request is refused, or gets another answer.
  init(_ passphrase: String?, without other: [UInt8]? = nil) {
    self.passphrase = passphrase.map { Array($0.utf8) }
    answerWithout = other
  }

  /// Explains a failure by an algorithm that is not to be had, or by the passphrase if it was asked
  /// for.
  func check(_ subject: String, _ stack: [OpenSSLError]) throws(TLSError) {
    if let algorithm = stack.missingAlgorithm {
      throw .configuration(
        "\(subject) needs \(algorithm), which no active provider of OpenSSL has (look in \"legacy\")",
        stack)
    }
    if wasAsked { throw refusal(subject, stack) }
  }

  /// The passphrase is missing or wrong.
  func refusal(_ subject: String, _ stack: [OpenSSLError]) -> TLSError {
    let problem =
      passphrase == nil ? "is encrypted and has no passphrase" : "has another passphrase"
    return TLSError(.wrongPassphrase, .caller, "\(subject) \(problem)", stack: stack)
  }

  private func answer(upTo size: Int) -> [UInt8]? {
    guard let passphrase, passphrase.count <= size else { return answerWithout }
    return passphrase
  }

  static let answer:
    @convention(c) (
      UnsafeMutablePointer<CChar>?, CInt, CInt, UnsafeMutableRawPointer?
    ) -> CInt = { buffer, size, _, argument in
      guard let argument = unsafe argument else { return -1 }
      let request = unsafe Unmanaged<PassphraseRequest>.fromOpaque(argument).takeUnretainedValue()
      request.wasAsked = true
      guard let answer = request.answer(upTo: Int(size)) else { return -1 }
      unsafe UnsafeMutableRawPointer(buffer)?.copyMemory(from: answer, byteCount: answer.count)
      return CInt(answer.count)
    }
}

extension [OpenSSLError] {
  /// The algorithm that a fetch did not find, such as RC2-40-CBC.
  fileprivate var missingAlgorithm: String? {
    let failure = first {
      $0.library == Int(ERR_LIB_EVP) && $0.reason == Int(COpenSSL_ERR_R_UNSUPPORTED)
    }
    guard let data = failure?.data, let start = data.firstRange(of: "Algorithm (")?.upperBound
    else { return nil }
    return String(data[start...].prefix { $0 != " " && $0 != ")" })
  }
}
