import Foundation
import MemoryTLS
import MemoryTLSTransport

@testable import memtls

/// What fuzzing begins with: handshakes between the drivers' own engines, and what is well formed.
enum Seeds {
  /// Whether they are to be made anew.
  static let areWanted = ProcessInfo.processInfo.environment["MAKE_FUZZ_SEEDS"] != nil

  /// Which OpenSSL recorded them.
  static let version = Inputs.folder.appending(path: "openssl.txt")

  static var areOfThisOpenSSL: Bool {
    (try? String(contentsOf: version, encoding: .utf8)) == "\(OpenSSLVersion.text)\n"
  }

  /// The seeds of all drivers by name.
  static func all() throws -> [String: [String: [UInt8]]] {
    [
      "server": try recordings(of: .client), "client": try recordings(of: .server),
      "program": programs, "framing": try frames(), "records": try records(),
      "command": texts, "configuration": try ConfigurationSeeds.all(),
      "flights": try FlightSeeds.texts(), "capture": try FlightSeeds.captures(),
      "messages": try FlightSeeds.messages(),
    ]
  }

  /// What one end says in each scenario, for the other to hear.
  private static func recordings(of end: Couple.End) throws -> [String: [UInt8]] {
    var seeds: [String: [UInt8]] = [:]
    for (index, scenario) in Scenario.all.enumerated() {
      let said = try scenario.conversation()
      seeds[scenario.name] = [UInt8(index), 0] + (end == .client ? said.client : said.server)
    }
    return seeds
  }

  private static func records() throws -> [String: [UInt8]] {
    let said = try Scenario.all[2].conversation()
    return [
      "flights of a client": said.client, "flights of a server": said.server,
      "ClientHello": Array(said.client[5..<5 + Int(said.client[3]) << 8 + Int(said.client[4])]),
    ]
  }

  private static func frames() throws -> [String: [UInt8]] {
    var seeds: [String: [UInt8]] = [:]
    for (index, make) in FramingDriver.formats.enumerated() {
      var (framing, frames) = (make(), [UInt8]())
      for text in ["abcde", "f", ""] {
        let payload = Array(text.utf8.prefix(framing.largestPayload))
        framing.encode(payload.span, text.isEmpty ? .endOfFlight : .inside, into: &frames)
      }
      seeds["\(index) \(type(of: framing))"] = [UInt8(index), 0] + frames
    }
    return seeds
  }

  private static var texts: [String: [UInt8]] {
    let (key, longKey) = (String(repeating: "0f", count: 16), String(repeating: "1", count: 64))
    let texts: [(UInt8, String)] = [
      (0, "stdio"), (0, "fd:3,4"), (0, "fifo:in,out"), (0, #"files:a\,b,c\\d"#),
      (0, "exec:cat 'a b'"), (0, "system:cat | cat"), (0, "tcp:localhost:443"),
      (0, "tcp-listen:[::1]:0"), (0, "unix:/tmp/s"), (0, "unix-listen:s"),
      (0, "tty:/dev/ttyS0,9600"), (1, #"a 'b c' "d\"e" f\ g"#), (2, #"a\,b,c\\,"#),
      (3, String(repeating: "A1:", count: 31) + "b2"), (3, "2.5"), (3, "EXPORTER-x:32"),
      (3, "sensor:\(key)"),
      (4, "# keys\nsensor:\(key)\r\nb:c:\(longKey)"),
      (5, "-----BEGIN SSL SESSION PARAMETERS-----\nMAA=\n-----END SSL SESSION PARAMETERS-----\n"),
      (6, String(repeating: "k", count: 80)), (7, "a\u{1B}[31m\u{202E}b\n"),
    ]
    return Dictionary(
      uniqueKeysWithValues: texts.enumerated().map { index, text in
        ("\(index) \(CommandDriver.names[Int(text.0)])", [text.0] + Array(text.1.utf8))
      })
  }
}

// MARK: - Programs

extension Seeds {
  /// A few connections of each scenario.
  private static var programs: [String: [UInt8]] {
    var seeds: [String: [UInt8]] = [:]
    for (index, scenario) in Scenario.all.enumerated() {
      let start = [UInt8(index)] + program(client(.writeEarly, 100), client(.settle))
      let end = program(client(.close), server(.close), client(.settle))
      seeds["\(scenario.name), data"] =
        start + program(client(.write, 200), server(.write, 20), client(.settle)) + end
      seeds["\(scenario.name), events"] =
        start
        + program(
          server(.issueTicket), client(.updateKeys, 1), server(.requestCertificate),
          client(.settle), server(.export, 32), client(.takeEvents)) + end
      seeds["\(scenario.name), by hand"] =
        [UInt8(index)]
        + program(
          client(.step), client(.pull, 200), server(.push, 100), server(.step),
          server(.pushInPlace, 127), server(.decide), server(.step), server(.pullInPlace, 200),
          client(.push, 255), client(.step), client(.flip, 9, 1), server(.endOfInput))
    }
    return seeds
  }

  private static func program(_ calls: [UInt8]...) -> [UInt8] { calls.flatMap { $0 } }

  private static func client(_ call: Instruction, _ arguments: UInt8...) -> [UInt8] {
    [UInt8(Instruction.allCases.firstIndex(of: call) ?? 0)] + arguments
  }

  private static func server(_ call: Instruction, _ arguments: UInt8...) -> [UInt8] {
    [0x80 | UInt8(Instruction.allCases.firstIndex(of: call) ?? 0)] + arguments
  }
}

extension Scenario {
  /// All that both ends say in a connection with data both ways, as ``EngineDriver`` leads it.
  fileprivate func conversation() throws -> (client: [UInt8], server: [UInt8]) {
    let engines = try engines()
    let ends = [Talker(engines.client), Talker(engines.server)]
    var heard = [0, 0]
    for round in 0..<50 {
      if round == 40 { for end in ends { try end.close() } }
      for (number, end) in ends.enumerated() {
        let peer = ends[1 - number]
        end.incoming += peer.watched.sent[heard[number]...]
        heard[number] = peer.watched.sent.count
        if round == 0, number == 0 { _ = try EngineDriver.begin(end) }
        try EngineDriver.take(end, .max)
        try EngineDriver.run(end)
      }
    }
    try demand(ends.allSatisfy(\.hasEnded), "\(name): \(ends.map { "\($0.engine)" })")
    return (ends[0].watched.sent, ends[1].watched.sent)
  }
}
