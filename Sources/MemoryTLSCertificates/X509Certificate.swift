#if Certificates
  public import MemoryTLS
  internal import SwiftASN1
  public import X509

  extension X509.Certificate {
    /// Reads a certificate anew, with swift-certificates.
    ///
    /// - Throws: what swift-asn1 says of DER that OpenSSL took for a certificate, and it does not.
    public init(_ certificate: MemoryTLS.Certificate) throws {
      try self.init(derEncoded: certificate.der)
    }
  }

  extension MemoryTLS.Certificate {
    /// Writes a certificate of swift-certificates as DER, and reads that with OpenSSL.
    ///
    /// - Throws: what swift-asn1 says of a certificate that it cannot write; `TLSError` with
    ///   `.malformedCertificate` for one that OpenSSL cannot read.
    public init(_ certificate: X509.Certificate) throws {
      var serializer = DER.Serializer()
      try serializer.serialize(certificate)
      try self.init(der: serializer.serializedBytes)
    }
  }
#endif
