import Foundation
import MemoryTLS
import Testing

@testable import MemoryTLSFlights

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct SequenceDiagramTests {
  @Test func `a drawing is well-formed, named and described`() throws {
    let drawing = try Drawing(SequenceDiagram(Self.handshake).svg)
    #expect(drawing.root["viewBox"]?.hasPrefix("0 0 800 ") == true)
    #expect(drawing.root["role"] == "img")
    #expect(drawing.root["aria-labelledby"] == "tls-title tls-desc")
    #expect(drawing.named["title"] == ["127.0.0.1:5000 to 127.0.0.1:443"])
    let description = try #require(drawing.named["desc"]?.first)
    #expect(description.hasPrefix("3 flights. Flight 1, client to server, "))
    #expect(description.contains("ServerHello") && description.contains("Finished"))
  }

  @Test func `every message, size, record and time is there`() throws {
    let text = try Drawing(SequenceDiagram(Self.handshake).svg).texts.joined(separator: "\n")
    for word in [
      "client", "server", "ClientHello", "ServerHello, EncryptedExtensions", "Finished",
      "bytes in 1 record", "bytes in 2 records", "handshake ", "application_data 15",
      "0.000000", "0.001500", "slanted: encrypted on its way",
    ] { #expect(text.contains(word), "\(word)") }
  }

  @Test func `nothing is outside of the drawing, and no letters are small`() throws {
    for log in [Self.handshake, Self.hostile, Self.long, FlightLog()] {
      let drawing = try Drawing(SequenceDiagram(log).svg)
      let height = try #require(drawing.root["height"].flatMap(Int.init))
      #expect(drawing.extents.allSatisfy { $0.x >= 0 && $0.end <= 800 && 0...height ~= $0.y })
      #expect(drawing.sizes.allSatisfy { $0 >= 12 } && !drawing.sizes.isEmpty)
    }
  }

  @Test func `every conversation of others has a drawing in its bounds`() throws {
    let captures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/captures")
    let names = try FileManager.default.contentsOfDirectory(atPath: captures.path)
      .filter { $0.contains(".pcap") }
    #expect(names.count > 30)
    for name in names {
      let bytes = try [UInt8](Data(contentsOf: captures.appendingPathComponent(name)))
      for log in try Capture(bytes).streams.compactMap(\.log) {
        let drawing = try Drawing(SequenceDiagram(log).svg)
        #expect(drawing.extents.allSatisfy { $0.x >= 0 && $0.end <= 800 }, "\(name)")
        #expect(drawing.texts.contains { $0.hasPrefix("ClientHello") }, "\(name)")
        #expect(drawing.bars.count == log.flights.count + 1, "\(name)")
      }
    }
  }

  @Test func `nothing is loaded or run`() {
    let svg = SequenceDiagram(Self.hostile).svg
    let elsewhere = svg.replacingOccurrences(of: "xmlns=\"http://www.w3.org/2000/svg\"", with: "")
    for word in ["http", "<script", "url(", "@import", "href", "onload="] {
      #expect(!elsewhere.contains(word), "\(word)")
    }
  }

  @Test func `text from outside stays text`() throws {
    let drawing = try Drawing(SequenceDiagram(Self.hostile).svg)
    #expect(drawing.named["script"] == nil)
    #expect(drawing.texts.contains { $0.contains("<script>\"&'") })
    #expect(drawing.texts.contains { $0.contains("\\u{1B}\\u{202E}\\u{0}") })
  }

  @Test func `pages may be light or dark`() {
    let svg = SequenceDiagram(Self.handshake).svg
    #expect(svg.contains("@media (prefers-color-scheme: dark)"))
    for tone in Tone.allCases {
      let rules = svg.components(separatedBy: ".tls-flights .\(tone.rawValue) { fill: #")
      #expect(rules.count == 3, "\(tone)")
    }
  }

  @Test func `bars are as long as flights are large, and a round number explains them`() throws {
    var log = FlightLog()
    log.append([UInt8](repeating: 0, count: 1000), .clientToServer)
    log.append([UInt8](repeating: 0, count: 500), .serverToClient)
    log.append([7], .clientToServer)
    let drawing = try Drawing(SequenceDiagram(log).svg)
    let bars = drawing.bars
    #expect(bars.count == 4)
    #expect(abs(bars[0] - 2 * bars[1]) <= 1 && bars[2] == 2)
    #expect(abs(bars[0] - 5 * bars[3]) <= 5)
    #expect(drawing.texts.contains("200 bytes"))
  }

  @Test func `of very many flights the middle is counted`() throws {
    let svg = SequenceDiagram(Self.long).svg
    let drawing = try Drawing(svg)
    #expect(drawing.texts.contains { $0.hasPrefix("… 99960 more, ") })
    #expect(svg.utf8.count < 100_000)
    #expect(try Drawing(SequenceDiagram(Outline(Self.long), atMost: 0).svg).bars.count == 1)
  }

  @Test func `the same flights give the same bytes`() {
    #expect(SequenceDiagram(Self.handshake).svg == SequenceDiagram(Self.handshake).svg)
  }

  @Test func `a title and remarks are the caller's`() throws {
    let remark = String(repeating: "words that fill a line ", count: 9)
    let diagram = SequenceDiagram(Outline(Self.handshake), title: "Mine", remarks: [remark])
    let drawing = try Drawing(diagram.svg)
    #expect(drawing.named["title"] == ["Mine"] && drawing.texts.contains("Mine"))
    #expect(drawing.texts.filter { $0.hasPrefix("words ") || $0.contains(" fill ") }.count > 1)
  }
}

// MARK: - Logs

extension SequenceDiagramTests {
  /// A handshake whose encrypted messages only the notes tell of.
  private static var handshake: FlightLog {
    var log = FlightLog()
    log.metadata.endpoints = "127.0.0.1:5000 127.0.0.1:443"
    let hello = note(1, .clientToServer)
    log.append(
      record(22, hello.bytes), .clientToServer, notes: [.message(hello)],
      at: Timestamp(seconds: 100))
    let answer = [2, 8].map { note($0, .serverToClient) }
    log.append(
      record(22, answer[0].bytes) + record(23, Array(repeating: 0, count: 10)), .serverToClient,
      notes: answer.map { .message($0) }, at: Timestamp(seconds: 100, nanoseconds: 1_500_000))
    log.append(
      record(23, Array(repeating: 1, count: 10)), .clientToServer,
      notes: [.message(note(20, .clientToServer))], at: Timestamp(seconds: 101))
    return log
  }

  /// Whatever may stand in a file.
  private static var hostile: FlightLog {
    var log = FlightLog()
    log.metadata.endpoints = "<script>\"&'" + String(repeating: "W", count: 500)
    log.metadata.serverName = "\u{1B}\u{202E}\0" + String(repeating: "株", count: 300)
    log.metadata.comments = ["]]></style><script>"]
    log.append([UInt8](0...255) + [22, 3, 3, 255, 255], .serverToClient, at: .init(seconds: .min))
    log.append([23, 3, 3, 0, 0], .clientToServer, at: .init(seconds: .max))
    return log
  }

  private static var long: FlightLog {
    var log = FlightLog()
    for number in 0..<100_000 {
      log.append([23, 3, 3, 0, 0], number % 2 == 0 ? .clientToServer : .serverToClient)
    }
    return log
  }

  private static func note(_ type: UInt8, _ direction: Direction) -> ProtocolMessage {
    ProtocolMessage(direction: direction, contentType: .handshake, bytes: [type, 0, 0, 0])
  }

  private static func record(_ type: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [type, 3, 3, 0, UInt8(payload.count)] + payload
  }
}

// MARK: - Looking at a drawing

/// What is in an SVG file, as an XML parser sees it.
private final class Drawing: NSObject, XMLParserDelegate {
  private(set) var root: [String: String] = [:]
  /// The contents of elements by their names.
  private(set) var named: [String: [String]] = [:]
  private(set) var texts: [String] = []
  private(set) var sizes: [Int] = []
  private(set) var bars: [Int] = []
  /// From where to where things reach, by a width that letters do not exceed.
  private(set) var extents: [(x: Int, end: Int, y: Int)] = []
  private var open: [(name: String, attributes: [String: String], content: String)] = []

  init(_ svg: String) throws {
    super.init()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = self
    try #require(parser.parse(), "\(String(describing: parser.parserError))")
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    if open.isEmpty { root = attributes }
    open.append((name, attributes, ""))
    func number(_ key: String) -> Int { attributes[key].flatMap(Int.init) ?? -1 }
    switch name {
    case "rect":
      extents.append((number("x"), number("x") + number("width"), number("y") + number("height")))
      if attributes["class"] != "paper" { bars.append(number("width")) }
    case "line": extents.append((number("x1"), number("x2"), number("y2")))
    default: break
    }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    guard let last = open.indices.last else { return }
    open[last].content += string
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    guard let (_, attributes, content) = open.popLast() else { return }
    named[name, default: []].append(content)
    if name == "tspan", let last = open.indices.last { open[last].content += content }
    guard name == "text", let size = FontSize(rawValue: attributes["class"] ?? "") else { return }
    texts.append(content)
    sizes.append(size.height)
    let (x, y) = (Int(attributes["x"] ?? "") ?? -1, Int(attributes["y"] ?? "") ?? -1)
    let width = (content.columns * size.height * 61 + 99) / 100
    switch attributes["text-anchor"] {
    case "end": extents.append((x - width, x, y))
    case "middle": extents.append((x - width / 2, x + width / 2, y))
    default: extents.append((x, x + width, y))
    }
  }
}
