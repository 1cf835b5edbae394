internal import COpenSSL

/// Owns one reference to an `X509`.
@safe
final class X509Handle {
  let pointer: OpaquePointer

  init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }
  deinit { unsafe X509_free(pointer) }
}

/// Owns one reference to an `EVP_PKEY`.
@safe
final class KeyHandle {
  let pointer: OpaquePointer

  init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }
  deinit { unsafe EVP_PKEY_free(pointer) }

  /// `EVP_PKEY_RSA` and the like.
  var type: CInt { unsafe EVP_PKEY_get_base_id(pointer) }
  /// Such as "RSA".
  var typeName: String {
    unsafe OBJ_nid2sn(type).map { unsafe String(cString: $0) } ?? "type \(type)"
  }
}
