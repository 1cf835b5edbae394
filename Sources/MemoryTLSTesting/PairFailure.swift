public import MemoryTLS
public import MemoryTLSFlights

/// Why a pair did not do what was asked of it. Its description is the whole story: what and where,
/// the state of both ends, and the ladder of flights.
public struct PairFailure: Error, Sendable {
  /// What stopped it.
  public let reason: Reason
  /// Where it was asked.
  public let place: SourcePlace
  /// What the client threw.
  public let client: TLSError?
  /// What the server threw.
  public let server: TLSError?
  /// A few lines about each end, the client first.
  public let states: [String]
  /// Everything that was sent until then.
  public let log: FlightLog

  /// What stops a pair.
  public enum Reason: Sendable, Hashable {
    /// An engine threw.
    case failed
    /// Both wait for bytes and none are anywhere.
    case stalled
    /// So many turns were not enough.
    case limit(Int)
    /// It settled, and was not as expected: what should be, and what is.
    case unmet(String)
  }
}

extension PairFailure: CustomStringConvertible {
  /// What the end threw that failed by itself, and not because the other had told it.
  public var cause: TLSError? { culprit?.error }

  /// What happened, in one line.
  public var summary: String {
    guard reason == .failed, let (side, error) = culprit else { return "\(reason)" }
    return "the \(side) failed: \(error)"
  }

  /// Where and what, both states and the ladder, whose middle is left out if it is long.
  public var description: String {
    let flights = log.flights.isEmpty ? "nothing was sent" : log.ladder(atMost: Self.flightLimit)
    return (["\(place): \(summary)"] + states + [flights]).joined(separator: "\n")
  }

  private var culprit: (side: EnginePair.Side, error: TLSError)? {
    let errors = [client.map { (EnginePair.Side.client, $0) }, server.map { (.server, $0) }]
      .compactMap { $0 }
    return errors.first { $0.1.alert?.origin != .received } ?? errors.first
  }

  /// With about four lines each, what a screen holds.
  private static let flightLimit = 8
}

extension PairFailure.Reason: CustomStringConvertible {
  /// One clause.
  public var description: String {
    switch self {
    case .failed: "an engine failed"
    case .stalled: "both engines wait and nothing is pending"
    case .limit(let turns): "not settled after \(turns) turns"
    case .unmet(let what): what
    }
  }
}

/// A line of a source file.
public struct SourcePlace: Sendable, Hashable, CustomStringConvertible {
  /// As `#fileID` has it: the module and the file's name.
  public let fileID: String
  /// From 1.
  public let line: Int

  /// For `#fileID` and `#line`.
  public init(_ fileID: String, _ line: Int) {
    self.fileID = fileID
    self.line = line
  }

  /// The module, the file and the line.
  public var description: String { "\(fileID):\(line)" }
}
