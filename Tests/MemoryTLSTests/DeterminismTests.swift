import Foundation
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// The same seed and clock give the same bytes, wherever and whenever.
@Suite struct DeterminismTests {
  @Test func `two other processes, two seconds apart, send the same bytes`() async throws {
    let first = try await Self.elsewhere()
    var ours = try Self.report()
    #expect(ours == first.lines)
    // Time passes with more of the same.
    while time(nil) < first.start + 2 { ours = try Self.report() }
    let second = try await Self.elsewhere()
    #expect(second.start >= first.start + 2)
    #expect(second.lines == ours && first.lines == ours)
    #expect(ours.count == SeededCase.all.count)
  }

  @Test(arguments: SeededCase.all)
  func `contexts made anew send the same bytes, and with another seed none of them`(
    chosen: SeededCase
  ) throws {
    let one = try chosen.pieces(seed: 1)
    #expect(try chosen.pieces(seed: 1) == one)
    let other = try chosen.pieces(seed: 2)
    #expect(one.count == other.count)
    for (piece, otherPiece) in zip(one, other) { #expect(piece != otherPiece) }
  }

  @Test func `sessions that were written down are resumed elsewhere with the same bytes`()
    async throws
  {
    let sessions = try Self.resumable.map { chosen in
      try #require(chosen.connect(chosen.contexts()).next).bytes
    }
    let ours = try Self.resumptions(of: sessions)
    let result = try await #require(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) { [sessions = sessions as [[UInt8]]] in
      for line in try Self.resumptions(of: sessions) { print("case \(line)") }
    }
    #expect(Self.lines(of: result, "case ") == ours && ours.count == 12)
  }

  /// Cases whose tickets another context of the same seed can open.
  private static let resumable = SeededCase.all.filter {
    [.stateless, .keyed].contains($0.tickets) && $0.kind == .mutual
  }

  private static func resumptions(of sessions: [[UInt8]]) throws -> [String] {
    try zip(resumable, sessions).map { chosen, bytes in
      let session = try TLSSession(bytes: bytes)
      return line(chosen, try chosen.connect(chosen.contexts(), resuming: session).flights)
    }
  }

  /// The hash of each piece of each case, one case a line.
  private static func report() throws -> [String] {
    try SeededCase.all.map { try line($0, $0.pieces()) }
  }

  private static func line(_ chosen: SeededCase, _ pieces: [[UInt8]]) -> String {
    "\(chosen): " + pieces.map { hexadecimal(sha256(of: $0)) }.joined(separator: " ")
  }

  /// The report of a process of its own, and when it began.
  private static func elsewhere() async throws -> (start: Int, lines: [String]) {
    let result = try await #require(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      print("began \(time(nil))")
      for line in try Self.report() { print("case \(line)") }
    }
    let start = lines(of: result, "began ").first.flatMap { Int($0) }
    return (try #require(start), lines(of: result, "case "))
  }

  /// What a process printed behind a mark.
  private static func lines(of result: ExitTest.Result, _ mark: String) -> [String] {
    String(decoding: result.standardOutputContent, as: UTF8.self).split(separator: "\n")
      .filter { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
  }
}
