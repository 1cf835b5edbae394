@testable import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

/// Padded records, which must fit the ring as all others.
@Suite(.withAllAndNeededAlgorithms) struct RecordPaddingTests {
  @Test(arguments: [2, 100, 256, 491], [512, 600, 17_408])
  func `every write fits, and all arrives`(block: Int, capacity: Int) throws {
    for wire in [Wire.whole, .bytes(7)] {
      let pair = try Self.settings(block).capacity(capacity).pair(wire)
      try pair.settle()
      pair.client.send(text(20_000))
      pair.server.send(text(3))
      _ = try pair.server.engine.updateKeys()
      try pair.settle()
      pair.server.send(text(3))
      pair.client.close()
      pair.server.close()
      try pair.settle()
      #expect(pair.server.received == text(20_000) && pair.client.received == text(3) + text(3))
      #expect(pair.client.hasEnded && pair.server.hasEnded)
    }
  }

  // RFC 8446 §5.4.
  @Test(arguments: [16, 100, 1000, 16_384])
  func `the content and its type are filled up to a multiple`(block: Int) throws {
    let puppets = try Self.settings(block).open()
    for size in [1, 15, 16, 99, 100, 2000] {
      #expect(try puppets.client.engine.write(text(size)) == .moved(size))
      let records = Record.split(puppets.client.pull()).records
      #expect(records.count == 1)
      let inner = (size + 1 + block - 1) / block * block
      #expect(records.first?.byteCount == 5 + inner + 16)
    }
    #expect(try puppets.client.engine.close() == .done)
    #expect(puppets.client.pull().count == 5 + max(block, 3 + (block - 3 % block) % block) + 16)
  }

  @Test(arguments: [100, 491], bothRoles)
  func `an alert still fits the smallest ring`(block: Int, isServer: Bool) throws {
    for filled in [0, 1, 100, 400, 470, 490] {
      let puppets = try Self.settings(block).capacity(512).changed {
        $0.server.tickets = .none
      }.open()
      let puppet = puppets[isServer]
      if filled > 0 { _ = try puppet.engine.write(text(filled)) }
      puppet.take(badRecord)
      #expect(puppet.error?.alert?.alert == .badRecordMAC)
      #expect(Record.split(puppet.sent).rest == 0)
      puppets[!isServer].take(puppet.news())
      #expect(puppets[!isServer].error?.alert?.alert == .badRecordMAC, "\(filled)")
    }
  }

  @Test func `sizes that the ring cannot hold are refused`() throws {
    for (block, capacity) in [(492, 512), (1, 512), (0, 512), (-1, 512), (16_385, 40_000)] {
      let settings = Self.settings(block).capacity(capacity)
      let error = #expect(throws: TLSError.self) { try TLSContext(settings.client) }
      #expect(error?.code == .invalidConfiguration)
      #expect(error?.message.contains("padding to a multiple of \(block) bytes") == true)
    }
  }

  @Test func `TLS 1.2 knows no padding`() throws {
    var settings = Self.settings(256)
    settings.client.versions = .tls12 ... .tls12
    settings.server.versions = .tls12 ... .tls12
    let puppets = try settings.open()
    #expect(try puppets.client.engine.write([1]) == .moved(1))
    #expect(puppets.client.pull().count < 60)
  }

  private static func settings(_ block: Int) -> Settings {
    Settings(.tls13).changed {
      $0.client.recordPadding = .toMultiple(of: block)
      $0.server.recordPadding = .toMultiple(of: block)
    }
  }
}
