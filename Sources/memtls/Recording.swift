import Foundation
import MemoryTLS
import MemoryTLSFlights
import SystemPackage

/// The flights of one connection, on their way to a file.
struct Recording: Sendable {
  private let recorder: FlightRecorder
  private let file: RecordingFile

  /// Nothing is recorded yet.
  init(to file: RecordingFile) {
    self.file = file
    recorder = FlightRecorder(keeping: file.contents) { .now }
  }

  /// An observer that sees messages for the recording and for another, if there is one.
  func observer(and other: MessageObserver?) -> MessageObserver {
    { [observer = recorder.observer] message in
      observer(message)
      other?(message)
    }
  }

  /// Records an engine that has not begun.
  func follow(_ engine: TLSEngine, over channel: OpenedChannel) {
    recorder.watch(engine)
    guard let (ours, peers) = channel.addresses else { return }
    recorder.note(endpoints: engine.role == .server ? "\(peers) \(ours)" : "\(ours) \(peers)")
  }

  /// Keeps what an engine has reported, if it is to be kept.
  func note(_ event: Event) { recorder.note(event) }

  /// Writes the file, and says so, or why not.
  func finish(_ tell: (String) -> Void) {
    var log = recorder.log
    guard !log.flights.isEmpty else { return tell("nothing was sent, so nothing is recorded") }
    if recorder.isCutShort {
      log.metadata.comments.append("cut short: the connection was too long to be recorded whole")
    }
    do throws(CommandFailure) { tell(try file.write(log)) } catch { tell(error.message) }
  }
}

/// A file that a recording goes to. Nothing that exists is ever replaced.
struct RecordingFile: Sendable {
  let path: String
  let contents: FlightRecorder.Contents

  /// Whether there will be secrets in it.
  var keepsSecrets: Bool { contents == .withSecrets }

  /// Nil if nothing is to be recorded.
  ///
  /// - Throws: if the file exists or its directory takes none, so that it is known at once.
  init?(_ options: RecordOptions) throws {
    guard let path = options.record else { return nil }
    (self.path, contents) = (path, options.recordSecrets ? .withSecrets : .withoutSecrets)
    try ReplacedFile.check(path)
    guard (try? FilePath(path).stat(followTargetSymlink: false)) == nil else {
      throw CommandFailure.failed("\(path) exists already; --record makes a new file")
    }
  }

  private init(_ path: String, _ contents: FlightRecorder.Contents) {
    (self.path, self.contents) = (path, contents)
  }

  /// The file of one connection among many: `x.flights` becomes `x.3.flights`.
  func numbered(_ number: Int) -> RecordingFile {
    let path = FilePath(path)
    guard let name = path.lastComponent else { return self }
    let ending = name.extension.map { ".\($0)" } ?? ""
    let other = path.removingLastComponent().appending("\(name.stem).\(number)\(ending)")
    return RecordingFile(other.string, contents)
  }

  /// Makes the file, for its owner alone if there are secrets in it; answers what it holds.
  func write(_ log: FlightLog) throws(CommandFailure) -> String {
    let kind = FileKind.flights
    let file = NewFile(
      path: FilePath(path), bytes: kind.bytes(of: log), permissions: kind.permissions(for: log))
    do { try NewFile.make([file]) } catch {
      throw (error as? CommandFailure) ?? .failed("\(error)")
    }
    let flights = "\(log.flights.count) flight\(log.flights.count == 1 ? "" : "s")"
    return "recorded \(flights), \(log.byteCount) bytes, in \(path)"
  }
}

extension Timestamp {
  /// What time it is (clock_gettime(2), CLOCK_REALTIME).
  static var now: Timestamp? {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_REALTIME, &time) == 0 else { return nil }
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: UInt32(time.tv_nsec))
  }
}
