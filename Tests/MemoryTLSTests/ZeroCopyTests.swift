@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// `withFreeSpace` and `withPendingCiphertext`.
@Suite struct ZeroCopyTests {
  private struct Refusal: Error, Equatable {}

  @Test(arguments: versions, [512, 600, 17_408])
  func `bytes go through equal`(version: ProtocolVersion, capacity: Int) throws {
    let puppets = try Puppets(Settings(version).capacity(capacity))
    let data = text(20_000)
    var unsent = data[...]
    for _ in 0..<10_000 {
      puppets.client.move()
      if puppets.client.engine.phase == .open, !unsent.isEmpty,
        case .moved(let count) = try puppets.client.engine.write(unsent.span)
      {
        unsent.removeFirst(count)
      }
      carry(from: puppets.client.engine, to: puppets.server.engine)
      puppets.server.move()
      carry(from: puppets.server.engine, to: puppets.client.engine)
    }
    #expect(puppets.client.error == nil && puppets.server.error == nil)
    #expect(puppets.server.received == data)
  }

  @Test func `free space behind the ring's edge is a second piece`() throws {
    let puppets = try Settings(.tls13).capacity(1000).open()
    let engine = puppets.server.engine
    try puppets.client.write(text(400))
    try puppets.client.write(text(400))
    puppets.server.push(puppets.client.news()[...])
    #expect(try engine.read().transfer == .moved(400))
    let waiting = engine.unreadCiphertext
    var pieces: [Int] = []
    for _ in 0..<3 {
      engine.withFreeSpace { out in
        pieces.append(out.freeCapacity)
        while out.freeCapacity > 0 { out.append(23) }
      }
    }
    #expect(pieces.count == 3 && pieces[0] > 0 && pieces[1] > 0 && pieces[2] == 0)
    #expect(pieces.reduce(waiting, +) == 1000)
    #expect(engine.unreadCiphertext == 1000 && engine.ciphertextCapacity == 0)
  }

  @Test func `pending bytes behind the ring's edge are a second piece`() throws {
    let puppets = try Settings(.tls13).capacity(1000).open()
    let engine = puppets.client.engine
    #expect(try engine.write(text(600)) == .moved(600))
    puppets.client.pull(upTo: 500)
    #expect(try engine.write(text(700)) == .moved(700))
    puppets.server.take(puppets.client.news())
    var pieces: [[UInt8]] = []
    for _ in 0..<3 {
      engine.withPendingCiphertext { span in
        pieces.append(span.indices.map { span[$0] })
        return span.count
      }
    }
    #expect(pieces[0].count > 0 && pieces[1].count > 0 && pieces[2].isEmpty)
    #expect(engine.pendingCiphertext == 0)
    puppets.server.take(pieces.joined())
    #expect(puppets.server.received == text(600) + text(700))
  }

  @Test func `what was initialised before a throw is pushed`() throws {
    let puppets = try Puppets(Settings())
    puppets.client.run()
    let hello = puppets.client.news()
    #expect(throws: Refusal()) {
      try puppets.server.engine.withFreeSpace { out throws(Refusal) in
        for byte in hello[..<9] { out.append(byte) }
        throw Refusal()
      }
    }
    #expect(puppets.server.engine.unreadCiphertext == 9)
    puppets.server.take(hello[9...])
    #expect(!puppets.server.sent.isEmpty && puppets.server.error == nil)
  }

  @Test func `nothing is taken when the body throws`() throws {
    let client = try Puppets(Settings()).client.engine
    _ = try client.step()
    let pending = client.pendingCiphertext
    #expect(throws: Refusal()) {
      try client.withPendingCiphertext { span throws(Refusal) in
        #expect(span.count == pending)
        throw Refusal()
      }
    }
    #expect(client.pendingCiphertext == pending)
    #expect(client.pull().count == pending)
  }

  @Test func `nothing is taken of an outbox when the body throws`() throws {
    let puppets = try Settings(.tls13).capacity(512).open()
    let engine = puppets.client.engine
    try fill(engine, [1])
    puppets.client.push(badRecord[...])
    puppets.client.move()
    #expect(puppets.client.error != nil)
    let pending = engine.pendingCiphertext
    #expect(throws: Refusal()) {
      try engine.withPendingCiphertext { _ throws(Refusal) in throw Refusal() }
    }
    #expect(engine.pendingCiphertext == pending)
    var taken: [UInt8] = []
    for _ in 0..<pending {
      engine.withPendingCiphertext { span in
        for index in 0..<min(100, span.count) { taken.append(span[index]) }
        return min(100, span.count)
      }
    }
    #expect(engine.pendingCiphertext == 0)
    puppets.server.take(taken)
    #expect(puppets.server.error?.code == .alertReceived)
  }

  @Test func `parts may be taken`() throws {
    let client = try Puppets(Settings()).client.engine
    _ = try client.step()
    let pending = client.pendingCiphertext
    var bytes: [UInt8] = []
    for _ in 0..<pending {
      client.withPendingCiphertext { span in
        bytes.append(span[0])
        return 1
      }
    }
    #expect(bytes.count == pending && client.pendingCiphertext == 0)
    client.withPendingCiphertext { span in
      #expect(span.count == 0)
      return 0
    }
    #expect(bytes[..<2] == [22, 3])
  }

  @Test(arguments: bothRoles)
  func `re-entering the engine from a body is a fault that changes nothing`(isServer: Bool) throws {
    let engine = try Settings().open()[isServer].engine
    #expect(try engine.write(text(10)) == .moved(10))
    let pending = engine.pendingCiphertext
    engine.withFreeSpace { _ in expectReentered(engine) }
    engine.withPendingCiphertext { _ in
      expectReentered(engine)
      return 0
    }
    #expect(engine.pendingCiphertext == pending && engine.unreadCiphertext == 0)
    #expect(engine.terminalError == nil)
    #expect(try engine.push([23]) == 1)
  }

  private func expectReentered(_ engine: TLSEngine) {
    let error = TLSError.misuse(.reentered, .open)
    #expect(throws: error) { try engine.step() }
    #expect(throws: error) { try engine.read() }
    #expect(throws: error) { try engine.write([1]) }
    #expect(throws: error) { try engine.push([1]) }
    #expect(throws: error) { try engine.close() }
    engine.endOfInput()
    #expect(engine.pull().isEmpty)
    #expect(engine.takeUnconsumedCiphertext().isEmpty)
    engine.withFreeSpace { #expect($0.freeCapacity == 0) }
    engine.withPendingCiphertext { span in
      #expect(span.count == 0)
      return 0
    }
    #expect(throws: error) { try engine.step() }
  }

  @Test func `a body that throws leaves the engine usable`() throws {
    let engine = try Puppets(Settings()).server.engine
    #expect(throws: Refusal()) {
      try engine.withFreeSpace { _ throws(Refusal) in throw Refusal() }
    }
    #expect(throws: Refusal()) {
      try engine.withPendingCiphertext { _ throws(Refusal) in throw Refusal() }
    }
    #expect(try engine.step() == .needs(.push(atLeast: 5)))
  }

  @Test(arguments: EngineState.allCases.filter { [.failed, .aborted, .truncated].contains($0) })
  func `there is no free space in a failed engine`(state: EngineState) throws {
    let engine = try state.engine(isServer: true)
    engine.withFreeSpace { #expect($0.freeCapacity == 0) }
  }

  @Test func `there is no free space after the end of input`() throws {
    let engine = try Settings().open().server.engine
    engine.endOfInput()
    engine.withFreeSpace { #expect($0.freeCapacity == 0) }
    #expect(engine.terminalError == nil)
  }

  @Test func `lending free space that is not used changes nothing`() throws {
    let engine = try Puppets(Settings()).server.engine
    #expect(try engine.step() == .needs(.push(atLeast: 5)))
    engine.withFreeSpace { _ in }
    #expect(try engine.push([]) == 0)
    #expect(engine.wantedCiphertext == 5)
  }

  /// Everything that fits, without a copy of our own.
  private func carry(from sender: TLSEngine, to receiver: TLSEngine) {
    for _ in 0..<2 {
      sender.withPendingCiphertext { span in
        var moved = 0
        receiver.withFreeSpace { out in
          while moved < span.count, out.freeCapacity > 0 {
            out.append(span[moved])
            moved += 1
          }
        }
        return moved
      }
    }
  }
}
