import MemoryTLS
import MemoryTLSFlights
import Testing

@Suite struct ComparisonTests {
  @Test func `bytes are compared with the seed and the OpenSSL that recorded them`() {
    var log = FlightLog()
    log.metadata.openssl = OpenSSLVersion.text
    log.metadata.clientSeed = 1
    #expect(log.comparison(of: .client) == .bytes)
    #expect(log.comparison(of: .server) == .structure(because: "no seed is recorded"))
    #expect(log.comparison(of: .both) == .structure(because: "no seed is recorded"))
    log.metadata.serverSeed = 1
    #expect(log.comparison(of: .both) == .bytes)
    #expect("\(log.comparison(of: .both))" == "byte for byte")
  }

  @Test func `another OpenSSL may say other bytes`() {
    var log = FlightLog()
    (log.metadata.clientSeed, log.metadata.openssl) = (1, "OpenSSL 9.9.9")
    let words = "\(log.comparison(of: .client))"
    let reason = "OpenSSL 9.9.9 recorded it, and this is \(OpenSSLVersion.text)"
    #expect(words == "by structure, because \(reason)")
    log.metadata.openssl = nil
    #expect("\(log.comparison(of: .client))".hasSuffix("no version of OpenSSL is recorded"))
  }
}
