internal import COpenSSL

/// Owns both halves of a BIO pair, and with them the two rings.
///
/// Theory: each half owns the ring it writes into, so the inner half's size bounds what OpenSSL can
/// emit and the outer half's what it can be fed. An `SSL` that uses the inner half has a reference of
/// its own, so that the pair outlives it.
@safe
final class BIOPair {
  let inner: OpaquePointer
  let outer: OpaquePointer
  let capacity: RingCapacity

  init(_ capacity: RingCapacity) throws(TLSError) {
    var inner: OpaquePointer?
    var outer: OpaquePointer?
    let isMade = unsafe BIO_new_bio_pair(&inner, capacity.outgoing, &outer, capacity.incoming) == 1
    guard isMade, let inner = unsafe inner, let outer = unsafe outer else {
      throw .outOfMemory("BIO_new_bio_pair")
    }
    unsafe (self.inner, self.outer) = (inner, outer)
    self.capacity = capacity
  }

  deinit {
    unsafe BIO_free(inner)
    unsafe BIO_free(outer)
  }

  /// Lets an `SSL` read and write the inner half.
  func connect(_ ssl: OpaquePointer) {
    unsafe BIO_up_ref(inner)
    unsafe SSL_set_bio(ssl, inner, inner)
  }
}
