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

  func releaseIdleBuffers() throws -> Bool { false }
}
