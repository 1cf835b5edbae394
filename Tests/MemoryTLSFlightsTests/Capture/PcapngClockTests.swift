@testable import MemoryTLSFlights
import Testing

@Suite struct PcapngClockTests {
  private let blocks = CaptureBuilder.Pcapng()

  @Test func `time counts in microseconds if nothing is said`() throws {
    #expect(try time(1_500_000, []) == "1.500000000")
  }

  @Test(
    arguments: [
      (0, 3, "3.000000000"), (3, 1500, "1.500000000"), (9, 1_000_000_001, "1.000000001"),
      (12, 1_000_000_001_999, "1.000000001"), (38, .max, "0.000000000"), (39, .max, "0.000000000"),
      (127, .max, "0.000000000"), (0, .max, "9223372036854775807.000000000"),
      (6, .max, "18446744073709.551615000"), (0x80, 3, "3.000000000"), (0x81, 3, "1.500000000"),
      (0x80 | 32, 1 << 31, "0.500000000"), (0x80 | 63, 1 << 63, "1.000000000"),
      (0x80 | 64, .max, "0.999999999"), (0xFF, .max, "0.000000000"),
    ] as [(UInt8, UInt64, String)])
  func `time counts in powers of ten and of two`(power: UInt8, ticks: UInt64, text: String) throws {
    #expect(try time(ticks, blocks.option(9, [power])) == text)
  }

  @Test func `time may begin elsewhere`() throws {
    #expect(try time(1_500_000, offset(1_700_000_000)) == "1700000001.500000000")
    #expect(try time(1_500_000, offset(-3)) == "-2.500000000")
    #expect(try time(1_500_000, offset(.max)) == nil)
    #expect(try time(1_500_000, offset(.min)) == "-9223372036854775807.500000000")
  }

  private func offset(_ seconds: Int64) -> [UInt8] {
    var value: [UInt8] = []
    value.append(UInt64(bitPattern: seconds), .little)
    return blocks.option(14, value)
  }

  private func time(_ ticks: UInt64, _ options: [UInt8]) throws -> String? {
    let packet = TestPacket(Packets.ipv4(Packets.tcp(ports: (1, 2), sequence: 1)))
    let file =
      blocks.section() + blocks.interface(101, options) + blocks.packet(packet, ticks: ticks)
    return try Capture(file).streams.first?.firstTime?.description
  }
}
