import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting

/// What holds a private key and signs with it, as a security module or an agent would.
final class Agent: Sendable {
  private let key: [UInt8]
  private let requests = Locked<[SignatureScheme]>([])

  /// The key as PKCS #8 in DER.
  init(_ key: [UInt8]) { self.key = key }

  /// What it was asked for.
  var asked: [SignatureScheme] { requests.withLock { $0 } }

  /// What asks it.
  var signer: Signer { Signer { try self.sign($0, $1) } }

  func sign(_ scheme: SignatureScheme, _ message: [UInt8]) throws -> [UInt8] {
    requests.withLock { $0.append(scheme) }
    var position: UnsafePointer<UInt8>?
    let opened = key.withUnsafeBufferPointer { buffer in
      position = buffer.baseAddress
      return d2i_AutoPrivateKey(nil, &position, buffer.count)
    }
    let context = EVP_MD_CTX_new()
    defer {
      EVP_MD_CTX_free(context)
      EVP_PKEY_free(opened)
    }
    var parameters: OpaquePointer?
    guard EVP_DigestSignInit(context, &parameters, scheme.digest, nil, opened) == 1 else {
      throw AgentFailure()
    }
    if scheme.isPSS {
      EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING)
      EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST)
    }
    var signature = [UInt8](repeating: 0, count: 1024)
    var length = signature.count
    guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else {
      throw AgentFailure()
    }
    return Array(signature[..<length])
  }
}

struct AgentFailure: Error {}

extension SignatureScheme {
  fileprivate var isPSS: Bool { 0x0804...0x0806 ~= rawValue }

  /// The hash it names; nil for Ed25519.
  fileprivate var digest: OpaquePointer? {
    switch rawValue {
    case 0x0403, 0x0401, 0x0804: EVP_sha256()
    case 0x0503, 0x0501, 0x0805: EVP_sha384()
    case 0x0603, 0x0601, 0x0806: EVP_sha512()
    default: nil
    }
  }
}

extension TestIdentity {
  /// Its chain, with a key that stays with an agent.
  func identity(signedBy agent: Agent) -> Identity { identity(signedBy: agent.signer) }

  func identity(signedBy signer: Signer) -> Identity {
    Identity(chain: .bytes(chain.flatMap { $0 }), signer: signer)
  }
}
