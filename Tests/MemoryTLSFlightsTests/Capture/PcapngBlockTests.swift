@testable import MemoryTLSFlights
import Testing

@Suite struct PcapngBlockTests {
  private let blocks = CaptureBuilder.Pcapng()
  private var start: [UInt8] { blocks.section() + blocks.interface() + packet() }

  @Test func `options end with the block, or with an end of options`() throws {
    let comment = blocks.option(1, [65, 66, 67])
    for options in [[], [0, 0, 0, 0], comment, comment + [0, 0, 0, 0]] {
      let file = blocks.section(options) + blocks.interface(101, options) + packet(options)
      #expect(try Capture(file).damage == nil)
    }
  }

  @Test func `options that contradict themselves are damage`() throws {
    #expect(try damage(packet([1, 0, 9, 0])) == "block says it carries 9 bytes where 0 are left")
    // The value is there, but what fills it up is not.
    #expect(
      try damage(packet([1, 0, 4, 0, 1, 2, 3, 4, 1, 0, 1, 0]))
        == "block says it carries 1 bytes where 0 are left")
    #expect(try damage(packet([0, 0, 4, 0])) == "end of options says it has 4 bytes")
    let resolution = blocks.interface(101, blocks.option(9, [6, 6]))
    #expect(try damage(resolution) == "if_tsresol of 2 bytes, where 1 is right")
    let offset = blocks.interface(101, blocks.option(14, [1, 2, 3, 4]))
    #expect(try damage(offset) == "if_tsoffset of 4 bytes, where 8 are right")
  }

  @Test func `blocks that contradict themselves are damage`() throws {
    var words = blocks.words(6, 13)
    #expect(try damage(words) == "block says it has 13 bytes, which no block has")
    words = blocks.words(6, 8)
    #expect(try damage(words) == "block says it has 8 bytes, which no block has")
    words = blocks.words(6, .max - 3)
    #expect(try damage(words) == "block says it has 4294967292 bytes where 8 are left")
    words = blocks.words(9, 16, 0, 20)
    #expect(try damage(words) == "block of 16 bytes says at its end that it has 20")
    words = blocks.words(0x0A0D_0D0A, 28, 0x1A2B_3C4E)
    #expect(try damage(words) == "section header without its byte-order magic")
  }

  @Test func `bodies that are too short for their type are damage`() throws {
    let reason = "block is too short for what its type needs"
    for type in [1, 2, 3, 6, 10] as [UInt32] {
      #expect(try damage(blocks.block(type, [])) == reason)
      #expect(try damage(blocks.block(type, type == 3 ? [] : [0, 0, 0, 0])) == reason)
    }
    #expect(try damage(blocks.block(0x0A0D_0D0A, blocks.words(0x1A2B_3C4D, 1))) == reason)
    let secrets = blocks.block(10, blocks.words(0x544C_534B, 4096))
    #expect(try damage(secrets) == "block says it carries 4096 bytes where 0 are left")
    let version = blocks.block(0x0A0D_0D0A, blocks.words(0x1A2B_3C4D, 2, .max, .max))
    #expect(try damage(version) == "version 2.0 of pcapng, where 1.0 is known")
  }

  @Test func `a packet that is longer than its block is damage`() throws {
    let body = blocks.words(0, 0, 0, 100, 100) + Array(repeating: 0, count: 96)
    let reason = "block says it carries 100 bytes where 96 are left"
    #expect(try damage(blocks.block(6, body)) == reason)
  }

  @Test func `a file cut anywhere keeps what came before, and says where it ends`() throws {
    let file = start + packet()
    for count in start.count + 1..<file.count {
      let capture = try Capture(Array(file.prefix(count)))
      #expect(capture.packetCount == 1)
      #expect(capture.damage?.offset == start.count)
    }
    for count in 0..<start.count - packet().count {
      #expect((try? Capture(Array(start.prefix(count))))?.packetCount ?? 0 == 0)
    }
  }

  @Test func `a section header that is cut is refused`() {
    let section = blocks.section()
    for count in 4..<section.count {
      let error = #expect(throws: CaptureError.self) { try Capture(Array(section.prefix(count))) }
      #expect(error?.offset == 0)
    }
  }

  private func packet(_ options: [UInt8] = []) -> [UInt8] {
    blocks.packet(TestPacket(Packets.ipv4(Packets.tcp(ports: (1, 2), sequence: 1))), options)
  }

  /// What is said of blocks behind a good packet.
  private func damage(_ bytes: [UInt8]) throws -> String? {
    let damage = try Capture(start + bytes).damage
    #expect(damage?.offset == start.count)
    return damage?.reason
  }
}
