import MemoryTLS

/// What is written down about connections: secrets, sessions, exported keys.
struct Bookkeeper: Setting {
  private let keyLog: KeyLogFile?
  private let exports: [Export]
  private let sessions: SessionFile?
  private let file: RecordingFile?

  /// Opens what the options name.
  init(
    _ secrets: SecretOptions, _ records: RecordOptions, _ resumption: ResumptionOptions? = nil
  ) throws {
    file = try RecordingFile(records)
    sessions = try resumption.flatMap(SessionFile.init)
    exports = secrets.export
    keyLog = try secrets.keylog.map(KeyLogFile.init)
  }

  func apply(to configuration: inout TLSConfiguration) throws {
    if keyLog != nil || file?.keepsSecrets == true { configuration.logsSecrets = .asEvents }
    sessions?.apply(to: &configuration)
  }

  /// To be called when no engine is made any more but for connections.
  func begin() { sessions?.offer() }

  /// Where a connection is recorded, if it is to be; among many it has a number.
  func recording(_ number: Int? = nil) -> Recording? {
    file.map { Recording(to: number.map($0.numbered) ?? $0) }
  }

  /// Writes down what an engine has reported since it was last looked at.
  func look(at engine: TLSEngine, _ recording: Recording?) {
    var lines: [String] = []
    while let event = engine.nextEvent() {
      recording?.note(event)
      switch event {
      case .keyLog(let line): lines.append(line)
      case .session(let session): sessions?.keep(session)
      default: break
      }
    }
    keyLog?.append(lines)
  }

  /// Says what is to be said of a finished handshake.
  func tell(of engine: TLSEngine, _ tell: (String) -> Void) throws {
    if let line = sessions?.remark(on: engine) { tell(line) }
    for export in exports { tell(try export.line(engine)) }
  }

  /// What is missing in the end of the only connection.
  var lastRemark: String? { sessions?.lastRemark }
}
