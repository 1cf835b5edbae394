import MemoryTLS
import MemoryTLSFlights
import Testing

/// What early data is protected with follows from a ClientHello alone.
@Suite struct EpochsTests {
  private static let random = [UInt8](repeating: 9, count: 32)

  // RFC 8446 §5.4: "If a receiving implementation does not find a non-zero octet in the cleartext, it
  // MUST terminate the connection".
  @Test func `a record of nothing but zeros is genuine, and counted`() throws {
    // Sealed with AES-128-GCM under the secret 0707.., as the first and the second record.
    let records = [
      "1703030018996218cedd8b2d7ef8d14336c55771da307aa6cbed5d1ab2",
      "1703030013149edf2e398594fb69e40d80aeff47b714feeb",
    ]
    let bytes = try records.flatMap { try #require(Hexadecimal.bytes($0.utf8)) }
    let dissection = Self.dissection(
      suites: [0x1301], bytes, secret: String(repeating: "07", count: 32))
    #expect(dissection.unreadable == ["has no content type behind its plaintext, only zeros"])
    #expect(dissection.data(.clientToServer) == Array("hi".utf8))
  }

  @Test func `the reason is that of the suite which was offered first`() {
    for suites in [[0x1301, 0x1302, 0x1303, 0x13FE], [0x1302, 0x1301, 0x1302], [0x13FE, 0x1301]] {
      let dissection = Self.dissection(
        suites: suites.map(UInt16.init), TestBytes.record(23, [1]), secret: "0707")
      let reason =
        switch suites[0] {
        case 0x1301: "a secret of 2 bytes, not 32"
        case 0x1302: "a secret of 2 bytes, not 48"
        default: "cipher suite 0x13fe is unknown"
        }
      #expect(dissection.unreadable == [reason])
    }
  }

  @Test func `a secret of the log comes before one that is given`() {
    let line = "CLIENT_EARLY_TRAFFIC_SECRET \(Hexadecimal.text(Self.random)) 0707"
    let dissection = Self.dissection(
      suites: [0x1301], TestBytes.record(23, [1]), secret: "07",
      beside: KeyLog(lines: [line]))
    #expect(dissection.unreadable == ["a secret of 1 bytes, not 32"])
    let given = Self.dissection(
      suites: [0x1301], TestBytes.record(23, [1]), secret: "", beside: KeyLog(lines: [line]))
    #expect(given.unreadable == ["a secret of 2 bytes, not 32"])
  }

  /// A ClientHello that announces early data, and what stands behind it.
  private static func dissection(
    suites: [UInt16], _ bytes: [UInt8], secret: String, beside keyLog: KeyLog = KeyLog(lines: [])
  ) -> Dissection {
    let offered = suites.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    let earlyData: [UInt8] = [0, 4, 0, 42, 0, 0]
    let hello = [3, 3] + random + [0, 0, UInt8(offered.count)] + offered + [1, 0] + earlyData
    var log = FlightLog()
    log.append(
      TestBytes.record(22, [1, 0, 0, UInt8(hello.count)] + hello) + bytes, .clientToServer)
    log.metadata.keyLog = ["CLIENT_EARLY_TRAFFIC_SECRET \(Hexadecimal.text(random)) \(secret)"]
    return Dissection(log, keyLog: keyLog)
  }
}
