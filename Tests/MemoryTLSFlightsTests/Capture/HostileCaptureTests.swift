@testable import MemoryTLSFlights
import MemoryTLSTesting
import Testing

@Suite struct HostileCaptureTests {
  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `whatever a file is made into, what is read of it can be written`(seed: UInt64) throws {
    var numbers = SplitMix64(seed: seed)
    let format = seed.isMultiple(of: 2) ? CaptureFormat.pcap : .pcapng
    var rewriter = Rewriter(seed: seed)
    let log = conversation
    let files = [log.capture(as: format), try rewriter.rewrite(log.capture(as: .pcap))]
    var readCount = 0
    for index in 0..<60 {
      let file = damaged(files[index % 2], using: &numbers)
      guard let capture = try? Capture(file) else { continue }
      for log in capture.streams.compactMap(\.log) {
        readCount += 1
        let again = try Capture(log.capture(as: .pcapng))
        #expect(again.streams.count == 1 && again.damage == nil)
        #expect(again.streams.first?.holes == [])
        #expect(again.streams.first?.log?.flights.map(\.bytes) == log.flights.map(\.bytes))
      }
    }
    #expect(readCount > 10)
  }

  @Test(arguments: CaptureFormat.allCases)
  func `a file cut anywhere says where, or was whole up to there`(format: CaptureFormat) throws {
    let file = conversation.capture(as: format)
    let count = try Capture(file).packetCount
    var wholeCount = 0
    for length in stride(from: 0, to: file.count, by: 7) {
      guard let capture = try? Capture(Array(file.prefix(length))) else { continue }
      if capture.damage == nil { wholeCount += 1 }
      #expect(capture.packetCount < count)
      #expect(capture.damage.map { 0..<length ~= $0.offset } ?? true)
    }
    #expect(wholeCount <= count)
  }

  /// Bytes are changed, taken away and put in.
  private func damaged(_ file: [UInt8], using numbers: inout SplitMix64) -> [UInt8] {
    var file = file
    for _ in 0..<Int.random(in: 1...12, using: &numbers) {
      let place = Int.random(in: 0..<file.count, using: &numbers)
      switch Int.random(in: 0..<8, using: &numbers) {
      case 0: file.remove(at: place)
      case 1: file.insert(UInt8.random(in: 0...255, using: &numbers), at: place)
      case 2: file[place] = 0xFF
      case 3: file.removeLast(min(file.count - 1, 50))
      default: file[place] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
      }
    }
    return file
  }

  private var conversation: FlightLog {
    var log = FlightLog()
    log.append(TestBytes.clientHello, .clientToServer)
    log.append(TestBytes.serverHello, .serverToClient)
    for seed in 1...6 as ClosedRange<UInt64> {
      let bytes = TestBytes.noise(900, seed: seed)
      log.append(bytes, seed.isMultiple(of: 2) ? .serverToClient : .clientToServer)
    }
    return log
  }
}
