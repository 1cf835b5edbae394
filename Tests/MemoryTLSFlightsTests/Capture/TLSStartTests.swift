@testable import MemoryTLSFlights
import Testing

@Suite struct TLSStartTests {
  private let hello = TestBytes.clientHello

  @Test func `a ClientHello is found wherever it stands`() {
    for count in [0, 1, 5, 1000] {
      let before = TestBytes.noise(count)
      #expect(TLSStart.clientHello(in: before + hello) == count)
      #expect(TLSStart.clientHello(in: before + hello + hello) == count)
      #expect(TLSStart.clientHello(in: before + before) == nil)
    }
  }

  @Test func `a ClientHello that is cut by records is found`() {
    for size in [1, 2, 3, 4, 5, 38, 39] {
      let records = stride(from: 5, to: hello.count, by: size).flatMap {
        TestBytes.record(22, Array(hello[$0..<min($0 + size, hello.count)]))
      }
      #expect(TLSStart.clientHello(in: [9, 9] + records) == 2)
      #expect(TLSStart.clientRandom(in: [9, 9] + records, at: 2) == Array(0..<32))
    }
  }

  @Test func `a ClientHello that is cut short is found as far as it is there`() {
    for count in 6..<hello.count {
      let start = Array(hello.prefix(count))
      #expect(TLSStart.clientHello(in: start) == 0)
      // Behind other bytes it takes a version that fits.
      #expect(TLSStart.clientHello(in: [9] + start) == (count < 11 ? nil : 1))
      #expect((TLSStart.clientRandom(in: start, at: 0) == nil) == (count < 43))
    }
    #expect(TLSStart.clientHello(in: Array(hello.prefix(5))) == nil)
  }

  // Places of the record's type and version, its length, the message's type, length and version.
  @Test(
    arguments: [
      (0, 23), (1, 2), (2, 5), (3, 0x41), (5, 2), (6, 4), (9, 2), (10, 5), (43, 33),
    ] as [(Int, UInt8)])
  func `what does not fit is no ClientHello`(place: Int, byte: UInt8) {
    var bytes = hello
    bytes[place] = byte
    #expect(TLSStart.clientHello(in: bytes) == nil)
    #expect(TLSStart.clientHello(in: bytes + hello) == bytes.count)
  }

  @Test func `versions from SSL 3 on begin a ClientHello`() {
    for minor in 0...4 as ClosedRange<UInt8> {
      var bytes = hello
      (bytes[2], bytes[10]) = (minor, minor)
      #expect(TLSStart.clientHello(in: bytes) == 0)
    }
  }

  @Test func `the answer is the first ServerHello or alert`() {
    let (server, alert) = (TestBytes.serverHello, TestBytes.alert)
    #expect(TLSStart.answer(in: server, from: 0) == 0)
    #expect(TLSStart.answer(in: [1, 2] + server + alert, from: 0) == 2)
    #expect(TLSStart.answer(in: [1, 2] + alert + server, from: 0) == 2)
    #expect(TLSStart.answer(in: alert + server, from: 1) == alert.count)
    #expect(TLSStart.answer(in: hello, from: 0) == nil)
    #expect(TLSStart.answer(in: [], from: 0) == nil)
    #expect(TLSStart.answer(in: [21, 3, 3, 0, 2, 3, 40], from: 0) == nil)
    #expect(TLSStart.answer(in: [21, 3, 3, 0, 3, 2, 40], from: 0) == nil)
  }

  @Test func `bytes that look like records without end are read in one go`() {
    let bytes = Array(repeatElement([22, 3, 3, 0, 1, 1] as [UInt8], count: 20_000).joined())
    #expect(TLSStart.clientHello(in: bytes) == nil)
    #expect(TLSStart.clientHello(in: Array(repeating: 22, count: 100_000)) == nil)
  }
}
