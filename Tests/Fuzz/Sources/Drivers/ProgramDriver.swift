import MemoryTLS

/// Bytes that are a program of calls: the first says in which ``Scenario``, then each is a call of the
/// client, or of the server with its highest bit set; some have an argument behind them.
///
/// Whatever is called in whatever order, the contract holds after each call; and where nobody meddled
/// with the bytes or gave up, the connection comes about and everything arrives.
enum ProgramDriver {
  @Sendable static func run(_ input: [UInt8]) throws -> Set<UInt64> {
    var cursor = Cursor(input)
    let couple = Couple(try cursor.choose(from: Scenario.all).engines())
    for _ in 0..<200 where !cursor.isAtEnd {
      let byte = cursor.byte()
      let instruction = Instruction.allCases[(byte & 0x7F) % Instruction.allCases.count]
      try couple.obey(instruction, byte & 0x80 == 0 ? .client : .server, &cursor)
      try couple.compare()
    }
    try couple.settle()
    try couple.compare()
    try couple.checkSuccess()
    for talker in [couple.client, couple.server] { try talker.watched.finish() }
    return couple.client.watched.landmarks.union(couple.server.watched.landmarks)
  }
}

/// What a program can say. New ones go to the end, so that kept inputs go on meaning what they meant.
enum Instruction: CaseIterable {
  case step, read, write, pull, push, carry, pullInPlace, pushInPlace, close, endOfInput, decide
  case refuse, issueTicket, updateKeys, requestCertificate, writeEarly, readEarly, takeUnconsumed
  case takeEvents, export, flip, drop, settle, advance, misanswer
}
