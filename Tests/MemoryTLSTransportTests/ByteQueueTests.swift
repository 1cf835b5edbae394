import Testing

@testable import MemoryTLSTransport

@Suite struct ByteQueueTests {
  @Test func `bytes come out in the order they went in`() {
    var queue = ByteQueue()
    queue.storage += [1, 2, 3]
    queue.drop(1)
    queue.storage += [4]
    #expect(Array(queue.bytes) == [2, 3, 4] && queue.count == 3)
    queue.drop(3)
    #expect(queue.isEmpty && queue.storage.isEmpty)
  }

  @Test func `what a call initialises is appended, and its answer is the call's`() {
    var queue = ByteQueue()
    queue.storage += [1, 2]
    queue.drop(1)
    let movement = queue.append(upTo: 2) { out in
      #expect(out.freeCapacity >= 2)
      out.append(3)
      return .moved(1)
    }
    #expect(movement == .moved(1) && Array(queue.bytes) == [2, 3])
  }

  @Test func `a queue that is never empty holds no more than twice its bytes`() {
    var queue = ByteQueue()
    queue.storage += pattern(1000)
    var most = 0
    for _ in 0..<1000 {
      queue.drop(100)
      most = max(most, queue.storage.count)
      queue.storage += pattern(100)
    }
    #expect(queue.count == 1000 && most <= 1800)
  }
}
