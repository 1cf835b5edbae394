import MemoryTLS
import MemoryTLSFlights

/// Any bytes are cut into records, and taken for a ClientHello.
enum RecordDriver {
  @Sendable static func run(_ input: [UInt8]) throws -> Set<UInt64> {
    let (records, rest) = Record.split(input)
    let sum = records.reduce(0) { $0 + $1.byteCount }
    try demand(sum + rest == input.count && rest >= 0, "\(sum) and \(rest) of \(input.count) bytes")
    try demand(records.allSatisfy { $0.byteCount >= 5 }, "a record of less than its header")
    let again = Record.split(Array(input.prefix(sum)))
    try demand(again.records == records && again.rest == 0, "records that are none by themselves")
    return try hello(input).union([landmark("\(records.count.signum()) \(rest.signum())")])
  }

  private static func hello(_ input: [UInt8]) throws -> Set<UInt64> {
    guard let hello = ClientHello(message: input) else { return [] }
    try demand(hello.message == input && hello.random.count == 32, "not the hello that came")
    let lists = [
      hello.applicationProtocols.count, hello.versions.count, hello.groups.count,
      hello.signatureSchemes.count, hello.cipherSuites.count, hello.extensions.count,
      hello.serverName?.utf8.count ?? 0,
    ]
    try demand(lists.allSatisfy { $0 <= input.count }, "more in a list than in the hello")
    return [landmark("hello \(lists.map { $0.signum() })")]
  }
}
