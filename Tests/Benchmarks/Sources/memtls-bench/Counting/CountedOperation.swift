/// What is counted: connections, and data over an open one.
enum CountedOperation: String, CaseIterable {
  case handshake
  case resumed
  case bulk = "bulk-16k"
  case pingPong = "ping-pong"
}

extension CountedOperation {
  /// What it is, in a line.
  var summary: String {
    switch self {
    case .handshake: "a full handshake, with 64 bytes each way"
    case .resumed: "a resumption, with 64 bytes each way"
    case .bulk: "16 KiB written and read"
    case .pingPong: "64 bytes there and back"
    }
  }

  /// What a process of its own does below callgrind: a number of times for what happens only once, as
  /// often again, and twice as often.
  func run(on kind: SubjectKind) throws {
    let subject = try kind.make(Scenario(isResumed: self == .resumed), try Credentials())
    for times in [1, 1, 2] { try counted { try operate(subject, times * count) } }
  }

  /// By how many operations the last counting is more than the one before.
  var count: Int {
    switch self {
    case .handshake, .resumed: 5
    case .bulk, .pingPong: 50
    }
  }

  private func operate(_ subject: any Subject, _ count: Int) throws {
    switch self {
    case .handshake, .resumed: try subject.connect(count)
    case .bulk: try subject.transfer(count, of: 16384)
    case .pingPong: try subject.pingPong(count)
    }
  }
}
