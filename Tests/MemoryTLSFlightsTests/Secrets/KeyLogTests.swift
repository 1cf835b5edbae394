import MemoryTLSFlights
import Testing

@Suite struct KeyLogTests {
  private static let random = [UInt8](repeating: 0xAB, count: 32)
  private static let digits = String(repeating: "ab", count: 32)

  @Test func `a secret is found by its label and random`() {
    let log = KeyLog(text: "CLIENT_RANDOM \(Self.digits) 0102\n")
    #expect(log.secret(.clientRandom, clientRandom: Self.random) == [1, 2])
    #expect(log.secret(.clientTraffic, clientRandom: Self.random) == nil)
    #expect(log.secret(.clientRandom, clientRandom: [1]) == nil)
    #expect(log.ignoredLineCount == 0)
  }

  @Test func `comments, empty lines, both line ends and upper case are read`() {
    let log = KeyLog(
      text: "# x\r\n\r\nCLIENT_RANDOM \(Self.digits.uppercased()) FF\r\n\nA \(Self.digits) 01")
    #expect(log.secret(.clientRandom, clientRandom: Self.random) == [255])
    #expect(log.lines.count == 2 && log.ignoredLineCount == 0)
    #expect(log.secret(.init(rawValue: "A"), clientRandom: Self.random) == [1])
  }

  @Test(
    arguments: [
      "CLIENT_RANDOM", "CLIENT_RANDOM \(digits)", "CLIENT_RANDOM \(digits) 0",
      "CLIENT_RANDOM \(digits) 0g", "CLIENT_RANDOM \(digits.dropLast(2)) 00",
      "CLIENT_RANDOM \(digits) 00 00", "CLIENT_RANDOM \(digits) é0", "RSA 0102 0304",
      "É \(digits) 00", "A\u{1B} \(digits) 00", "A\u{2028} \(digits) 00",
    ])
  func `a line that is none is counted and passed over`(line: String) {
    let log = KeyLog(lines: [line, "CLIENT_RANDOM \(Self.digits) 07"])
    #expect(log.ignoredLineCount == 1 && log.lines.count == 1)
    #expect(log.secret(.clientRandom, clientRandom: Self.random) == [7])
  }

  @Test func `of two secrets the first counts, and lines are found by their random`() {
    let other = String(repeating: "01", count: 32)
    let log = KeyLog(lines: ["X \(Self.digits) 01", "X \(Self.digits) 02", "X \(other) 03"])
    #expect(log.secret(.init(rawValue: "X"), clientRandom: Self.random) == [1])
    #expect(
      log.lines(clientRandoms: [Self.random, [1]])
        == ["X \(Self.digits) 01", "X \(Self.digits) 02"])
    #expect(log.lines(clientRandoms: []) == [])
  }

  @Test func `nothing has no secrets`() {
    #expect(KeyLog(text: "").lines == [] && KeyLog(lines: []) == KeyLog(text: "\n"))
  }
}
