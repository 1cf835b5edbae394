@testable import MemoryTLS
import MemoryTLSTesting

/// A connection on which random calls are made, the same for the same seed, and all that its two
/// ends answer.
///
/// Theory: the script draws calls and sizes from one stream, and the places where buffers are given
/// back from another, so that with and without them it makes the same calls.
final class IdleScript {
  private(set) var answers: [String] = []
  /// How often buffers were given back.
  private(set) var releases = 0
  /// Plaintext that was read, and what calls came to.
  private(set) var plaintextRead = 0
  private(set) var hasFailed = false
  private let engines: [TLSEngine]
  private var random: SplitMix64
  private var places: SplitMix64
  private let isReleasing: Bool
  /// What is on its way to each end.
  private var wires: [[UInt8]] = [[], []]

  init(
    _ contexts: Reunion, resuming session: TLSSession? = nil, seed: UInt64, isReleasing: Bool
  ) throws(TLSError) {
    engines = [
      try TLSEngine(contexts.client, as: .client(.name("localhost")), resuming: session),
      try TLSEngine(contexts.server, as: .server),
    ]
    (random, places) = (SplitMix64(seed: seed), SplitMix64(seed: ~seed))
    self.isReleasing = isReleasing
  }

  /// Makes this many calls; those that nothing much comes after are among the last.
  func run(_ count: Int) {
    for number in 0..<count {
      let end = Int.random(in: 0...1, using: &random)
      let roll = Int.random(in: 0..<(number < count * 3 / 4 ? 980 : 1000), using: &random)
      call(roll, at: end)
      for engine in engines { look(at: engine) }
      guard isReleasing else { continue }
      for engine in engines where Bool.random(using: &places) && engine.releaseIdleBuffers() {
        releases += 1
      }
    }
  }

  private func call(_ roll: Int, at end: Int) {
    let engine = engines[end]
    let size = Int.random(in: 0...(roll % 4 == 0 ? 20_000 : 200), using: &random)
    switch roll {
    case 0..<150: note { "step \(try engine.step())" }
    case 150..<350: read(size, at: engine)
    case 350..<420: note { "write \(try engine.write(text(size)))" }
    case 420..<600: pull(size, from: end)
    case 600..<780: push(size, to: end)
    case 780..<840: lendPending(size, from: end)
    case 840..<900: lendSpace(size, to: end)
    case 900..<915: note { "keys \(try engine.updateKeys(size % 2 == 0 ? .both : .ours))" }
    case 915..<930: note { "ask \(try engine.requestClientCertificate(.request))" }
    case 930..<940: note { "ticket \(try engine.issueTicket())" }
    case 940..<950: note { "export \(try engine.exportKeyingMaterial(label: "X", count: 8))" }
    case 950..<960: note { "read early \(try engine.readEarly(upTo: size).bytes)" }
    case 960..<970: note { "write early \(try engine.writeEarly(text(size)))" }
    case 970..<980: answers.append("rest \(engine.takeUnconsumedCiphertext())")
    case 980..<992: note { "close \(try engine.close())" }
    case 992..<997: engine.endOfInput()
    default: note { "push \(try engine.push(badRecord))" }
    }
  }
}

// MARK: - Calls and answers

extension IdleScript {
  private func note(_ call: () throws -> String) {
    do {
      answers.append(try call())
    } catch {
      answers.append("\(error)")
    }
  }

  private func look(at engine: TLSEngine) {
    hasFailed = hasFailed || engine.terminalError != nil
    var events: [Event] = []
    while let event = engine.nextEvent() { events.append(event) }
    answers.append("\(engine), \(engine.ciphertextCapacity) free, \(engine.keyUpdates), \(events)")
  }

  private func read(_ size: Int, at engine: TLSEngine) {
    note {
      let (bytes, transfer) = try engine.read(upTo: size)
      plaintextRead += bytes.count
      return "read \(transfer) \(hexadecimal(sha256(of: bytes)))"
    }
  }

  private func send(_ bytes: [UInt8], from end: Int) {
    answers.append("sent \(bytes.count) \(hexadecimal(sha256(of: bytes)))")
    wires[1 - end] += bytes
  }

  private func pull(_ size: Int, from end: Int) { send(engines[end].pull(upTo: size), from: end) }

  private func lendPending(_ size: Int, from end: Int) {
    engines[end].withPendingCiphertext { span in
      let count = min(size, span.count)
      send((0..<count).map { span[$0] }, from: end)
      return count
    }
  }

  private func push(_ size: Int, to end: Int) {
    note {
      let count = try engines[end].push(Array(wires[end].prefix(size)))
      wires[end].removeFirst(count)
      return "push \(count)"
    }
  }

  private func lendSpace(_ size: Int, to end: Int) {
    engines[end].withFreeSpace { out in
      let count = min(size, out.freeCapacity, wires[end].count)
      for byte in wires[end].prefix(count) { out.append(byte) }
      wires[end].removeFirst(count)
      answers.append("lent \(count)")
    }
  }
}
