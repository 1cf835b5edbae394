import MemoryTLSTransport
import Testing

/// What holds for every format.
@Suite struct FramingTests {
  @Test(arguments: Format.all, Chunking.allCases)
  func `what was encoded is decoded, however it is cut`(
    format: Format, chunking: Chunking
  ) throws {
    let largest = format.framing.largestPayload
    let payloads = [1, 2, 3, largest - 1, largest, 1].map { pattern($0, seed: UInt32($0)) }
    let frames = format.framing.encoding(payloads)
    let (decoded, rest) = try format.framing.decoding(frames, chunking)
    #expect(decoded == payloads && rest.isEmpty)
  }

  @Test(arguments: Format.all)
  func `a frame cut anywhere waits for its rest and says nothing`(format: Format) throws {
    let frame = format.framing.encoding([pattern(min(200, format.framing.largestPayload))])
    for count in 0..<frame.count {
      let (payloads, rest) = try format.framing.decoding(Array(frame.prefix(count)))
      #expect(payloads.isEmpty && rest.count == count)
    }
  }

  @Test(arguments: Format.all)
  func `no frame is longer than it may be`(format: Format) {
    for count in 1...min(300, format.framing.largestPayload) {
      #expect(format.framing.encoding([pattern(count)]).count <= format.framing.largestFrame)
    }
    let largest = pattern(format.framing.largestPayload)
    #expect(format.framing.encoding([largest]).count <= format.framing.largestFrame)
  }

  @Test(arguments: Format.all, Chunking.allCases)
  func `noise is decoded or refused and never traps`(format: Format, chunking: Chunking) {
    for seed in 0..<1000 as Range<UInt32> { survive(pattern(200, seed: seed), format, chunking) }
  }

  @Test(arguments: Format.all, Chunking.allCases)
  func `frames with one wrong byte are decoded or refused and never trap`(
    format: Format, chunking: Chunking
  ) {
    let payload = pattern(min(50, format.framing.largestPayload))
    let frames = format.framing.encoding([payload, payload, payload])
    for index in frames.indices {
      for flip in [0x01, 0x0F, 0x30, 0x80, 0xFF] as [UInt8] {
        var wrong = frames
        wrong[index] ^= flip
        survive(wrong, format, chunking)
      }
    }
  }

  @Test func `errors are one clause`() {
    let long = FramingError.oversized(length: 300, limit: 255)
    #expect("\(long)" == "frame of 300 bytes exceeds 255")
    #expect("\(FramingError.malformed("line of 3 characters"))" == "line of 3 characters")
  }

  /// What is decoded of noise is no more than the noise.
  private func survive(_ noise: [UInt8], _ format: Format, _ chunking: Chunking) {
    guard let (payloads, rest) = try? format.framing.decoding(noise, chunking) else { return }
    #expect(payloads.reduce(0) { $0 + $1.count } + rest.count <= noise.count)
  }
}
