@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Events and the queue that they wait in.
@Suite(.withAllAndNeededAlgorithms) struct EventTests {
  @Test func `events come in their order`() {
    var queue = EventQueue()
    #expect(queue.next() == nil)
    queue.append(.alert(.noRenegotiation, .received))
    queue.append(.alert(.closeNotify, .sent))
    #expect(queue.next() == .alert(.noRenegotiation, .received))
    #expect(queue.next() == .alert(.closeNotify, .sent))
    #expect(queue.next() == nil)
  }

  @Test func `what does not fit is counted and told once, behind the rest`() {
    var queue = EventQueue()
    for number in 0..<100 {
      queue.append(.alert(Alert(rawValue: UInt8(number)), .received))
    }
    for number in 0..<EventQueue.capacity {
      #expect(queue.next() == .alert(Alert(rawValue: UInt8(number)), .received))
    }
    #expect(queue.next() == .dropped(100 - EventQueue.capacity))
    #expect(queue.next() == nil)
    queue.append(.alert(.closeNotify, .received))
    #expect(queue.next() == .alert(.closeNotify, .received))
  }

  @Test func `nothing newer comes before the count of what is missing`() {
    var queue = EventQueue()
    for _ in 0...EventQueue.capacity { queue.append(.alert(.noRenegotiation, .received)) }
    _ = queue.next()
    queue.append(.alert(.closeNotify, .received))
    for _ in 1..<EventQueue.capacity {
      #expect(queue.next() == .alert(.noRenegotiation, .received))
    }
    #expect(queue.next() == .dropped(2))
    #expect(queue.next() == nil)
  }

  @Test(arguments: versions, wires)
  func `close_notify is an event at both ends`(version: ProtocolVersion, wire: Wire) throws {
    let pair = try Settings(version).pair(wire)
    pair.client.close()
    try pair.settle()
    #expect(pair.client.engine.nextEvent() == .alert(.closeNotify, .sent))
    #expect(pair.server.engine.nextEvent() == .alert(.closeNotify, .received))
    #expect(pair.client.engine.nextEvent() == nil && pair.server.engine.nextEvent() == nil)
  }
}
