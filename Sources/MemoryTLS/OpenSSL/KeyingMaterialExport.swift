internal import COpenSSL

// Exporting keying material.

extension Connection {
  /// `SSL_export_keying_material`; the handshake must be done.
  func export(
    _ wanted: KeyingMaterial, in phase: TLSError.Phase
  ) throws(TLSError) -> [UInt8] {
    try unsafe export(wanted, phase) { ssl, out, label, context in
      unsafe SSL_export_keying_material(
        ssl, out.baseAddress, out.count, label.baseAddress, label.count, context.baseAddress,
        context.count, wanted.context == nil ? 0 : 1)
    }
  }

  /// `SSL_export_keying_material_early`; early data must have been accepted.
  func exportEarly(
    _ wanted: KeyingMaterial, in phase: TLSError.Phase
  ) throws(TLSError) -> [UInt8] {
    try unsafe export(wanted, phase) { ssl, out, label, context in
      unsafe SSL_export_keying_material_early(
        ssl, out.baseAddress, out.count, label.baseAddress, label.count, context.baseAddress,
        context.count)
    }
  }

  private typealias Exporter = (
    OpaquePointer, UnsafeMutableBufferPointer<UInt8>, UnsafeBufferPointer<CChar>,
    UnsafeBufferPointer<UInt8>
  ) -> CInt

  private func export(
    _ wanted: KeyingMaterial, _ phase: TLSError.Phase, _ exporter: Exporter
  ) throws(TLSError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: wanted.count)
    let label = wanted.label.utf8.map { CChar(bitPattern: $0) }
    ErrorQueue.clear()
    let isDone = unsafe bytes.withUnsafeMutableBufferPointer { out in
      unsafe label.withUnsafeBufferPointer { label in
        unsafe (wanted.context ?? []).withUnsafeBufferPointer { context in
          unsafe exporter(ssl, out, label, context) == 1
        }
      }
    }
    let stack = ErrorQueue.drain()
    guard !isDone else { return bytes }
    guard !stack.has(SSL_R_TLS_ILLEGAL_EXPORTER_LABEL) else {
      throw .argument("label \"\(wanted.label)\" is reserved: TLS 1.2 uses it itself", phase, stack)
    }
    // OpenSSL 3.0 takes at most 1024 bytes of label, randoms (64), length (2) and context.
    let size = label.count + (wanted.context ?? []).count
    guard version == .tls13 || size <= 1024 - 66 else {
      throw .argument("label and context of \(size) bytes exceed 958, TLS 1.2's most", phase, stack)
    }
    throw TLSError(
      .unexpected, .environment, "export failed\(stack.reason)", phase: phase, stack: stack)
  }

  /// Whether early data was sent and the server took it.
  var hasAcceptedEarlyData: Bool {
    unsafe SSL_get_early_data_status(ssl) == SSL_EARLY_DATA_ACCEPTED
  }

  /// Whether a further handshake of TLS 1.2 is under way, whose secrets replace the present ones.
  var isRenegotiating: Bool { version == .tls12 && isInHandshake }
}
