internal import COpenSSL

/// Owns both halves of a BIO pair, and with them the two rings.
///
/// Theory: each half owns the ring it writes into, so the inner half's size bounds what OpenSSL can
/// emit and the outer half's what it can be fed. The halves are apart, and there are no rings, until
/// ``restore()`` and from ``release()`` on. An `SSL` that uses the inner half has a reference of
/// its own, so that the pair outlives it.
@safe
final class BIOPair {
  let inner: OpaquePointer
  let outer: OpaquePointer
  let capacity: RingCapacity

  init(_ capacity: RingCapacity) throws(TLSError) {
    guard let inner = unsafe BIO_new(BIO_s_bio()) else { throw .outOfMemory("BIO_new") }
    guard let outer = unsafe BIO_new(BIO_s_bio()) else {
      unsafe BIO_free(inner)
      throw .outOfMemory("BIO_new")
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

  /// Takes the halves apart and frees the rings, which have to be empty. The halves stay, with their
  /// callbacks, for whoever refers to them.
  func release() {
    unsafe COpenSSL_BIO_destroy_bio_pair(inner)
    // A half that is alone frees its ring when it is given another size.
    unsafe COpenSSL_BIO_set_write_buf_size(inner, 1)
    unsafe COpenSSL_BIO_set_write_buf_size(outer, 1)
  }

  /// Joins the halves, with rings that are empty and open; false if there is no memory.
  func restore() -> Bool {
    unsafe COpenSSL_BIO_set_write_buf_size(inner, capacity.outgoing)
    unsafe COpenSSL_BIO_set_write_buf_size(outer, capacity.incoming)
    return unsafe COpenSSL_BIO_make_bio_pair(inner, outer) == 1
  }
}
