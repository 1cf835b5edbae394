import MemoryTLS

extension MemTLSSubject: Keeping {
  func keep(_ count: Int) throws {
    kept.reserveCapacity(kept.count + count)
    for _ in 0..<count { kept.append(try connected()) }
  }

  func move(_ size: Int) throws {
    let payload = [UInt8](repeating: 0x78, count: size)
    for pair in kept {
      try exchange.send(payload, over: pair)
      try exchange.send(payload, over: Pair(client: pair.server, server: pair.client))
    }
  }

  func releaseIdleBuffers() throws -> Bool {
    for pair in kept {
      guard pair.client.releaseIdleBuffers(), pair.server.releaseIdleBuffers() else {
        throw Failure("memtls: an idle engine that keeps its buffers")
      }
    }
    return true
  }
}
