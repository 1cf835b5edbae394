import Foundation
import MemoryTLSFlights

extension EnginePair {
  /// Expects the flights that a file of the repository has, once the pair has settled; a refusal is as
  /// good an end as any, if it was one before.
  ///
  ///     try pair.expectGolden("Fixtures/login.flights")
  ///
  /// With a seed, and the version of OpenSSL that made the file, every byte has to be the same; else
  /// the messages have to be, and those of their fields that do not differ in every connection. With
  /// `REGENERATE_FLIGHTS=1` in the environment, nothing is compared and the file is written.
  ///
  /// - Parameters:
  ///   - path: The file, from the directory of the test's source file.
  ///   - filePath: The test's source file.
  ///   - fileID: Where a failure says it was expected.
  ///   - line: The line there.
  /// - Throws: the ``GoldenFailure`` that tells what differs; the `PairFailure` of a pair that stalls.
  public func expectGolden(
    _ path: String, filePath: String = #filePath, fileID: String = #fileID, line: Int = #line
  ) throws {
    do throws(PairFailure) { try settle(fileID: fileID, line: line) } catch {
      guard error.reason == .failed else { throw error }
    }
    let golden = Golden(path: path, beside: filePath)
    do throws(GoldenFailure.Reason) {
      if Golden.isToBeMade { try golden.write(log) } else { try golden.expect(log) }
    } catch {
      throw GoldenFailure(
        reason: error, path: path, place: SourcePlace(fileID, line), log: log)
    }
  }
}

/// A file with the flights that are expected.
struct Golden {
  private let file: URL

  init(path: String, beside source: String) {
    let directory = URL(fileURLWithPath: source).deletingLastPathComponent()
    file = URL(fileURLWithPath: path, relativeTo: directory)
  }

  /// Whether the files are made anew: in this run nothing is compared.
  static var isToBeMade: Bool {
    ProcessInfo.processInfo.environment["REGENERATE_FLIGHTS"] == "1"
  }

  /// Replaces the file as a whole; its directory is made if need be.
  func write(_ log: FlightLog) throws(GoldenFailure.Reason) {
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(log.text.utf8).write(to: file, options: .atomic)
    } catch {
      throw .unwritable("\(error)")
    }
  }

  func expect(_ log: FlightLog) throws(GoldenFailure.Reason) {
    let recorded = try read()
    let comparison = Self.comparison(of: recorded, with: log)
    let divergences = recorded.divergences(of: log, comparing: comparison)
    guard divergences.isEmpty else { throw .diverged(divergences, comparison) }
  }

  private func read() throws(GoldenFailure.Reason) -> FlightLog {
    guard let data = try? Data(contentsOf: file) else { throw .missing }
    do throws(FlightLog.SyntaxError) { return try FlightLog(utf8: Array(data)) } catch {
      throw .malformed("\(error)")
    }
  }

  private static func comparison(of recorded: FlightLog, with log: FlightLog) -> Comparison {
    let (old, new) = (recorded.metadata, log.metadata)
    guard new.clientSeed != nil, new.serverSeed != nil else {
      return .structure(because: "the pair has no seed")
    }
    guard (old.clientSeed, old.serverSeed, old.time) == (new.clientSeed, new.serverSeed, new.time)
    else { return .structure(because: "the file has another seed or time") }
    return recorded.comparison(of: .both)
  }
}
