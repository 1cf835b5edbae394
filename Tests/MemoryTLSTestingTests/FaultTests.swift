import MemoryTLS
import MemoryTLSTesting
import Testing

@Suite struct FaultTests {
  private static let texts: [(String, Fault)] = [
    ("client: cut after 100 bytes", Fault(.clientToServer, .cut(after: 100))),
    ("server flight 2: end after 0 bytes", Fault(.serverToClient, flight: 2, .end(after: 0))),
    ("client: cut after 1 byte", Fault(.clientToServer, .cut(after: 1))),
    (
      "server flight 1: flip bit 3 of byte 17",
      Fault(.serverToClient, flight: 1, .flip(bit: 3, byte: 17))
    ),
    ("client: insert 00ff0a at 40", Fault(.clientToServer, .insert([0, 255, 10], at: 40))),
    (
      "server flight 1: drop record 2", Fault(.serverToClient, flight: 1, .drop(.record(2)))
    ),
    ("server: drop 16 bytes at 40", Fault(.serverToClient, .drop(.chunk(16, at: 40)))),
    ("server: duplicate record 1", Fault(.serverToClient, .duplicate(.record(1)))),
    ("client: swap 1 byte at 7 with the next", Fault(.clientToServer, .swap(.chunk(1, at: 7)))),
    (
      "client: delay record 1 by 2 turns", Fault(.clientToServer, .delay(.record(1), turns: 2))
    ),
    ("client: delay record 1 by 1 turn", Fault(.clientToServer, .delay(.record(1), turns: 1))),
    ("client: reflect 5 bytes at 0", Fault(.clientToServer, .reflect(.chunk(5, at: 0)))),
  ]

  @Test(arguments: texts)
  func `a fault is what its text says, and its text is what it is`(
    text: String, fault: Fault
  ) throws {
    #expect(try Fault(text) == fault)
    #expect("\(fault)" == text)
  }

  @Test func `spaces do not matter, and neither does the number of a noun`() throws {
    #expect(
      try Fault(" client  flight 1 :cut after 1 bytes ")
        == Fault("client flight 1: cut after 1 byte"))
    #expect(
      try Fault("client: delay record 1 by 2 turn") == Fault("client: delay record 1 by 2 turns"))
    #expect(try Fault("client: insert 0A at 1") == Fault("client: insert 0a at 1"))
  }

  @Test(arguments: [
    ("", "the fault's text ends where one of client, server is expected"),
    ("both: cut after 1 byte", "the fault has 'both' where one of client, server is expected"),
    ("client", "the fault's text ends where ':' is expected"),
    ("client cut after 1 byte", "the fault has 'cut' where ':' is expected"),
    (
      "client flight 0: cut after 1 byte",
      "the fault has '0' where a number, 1 or more, is expected"
    ),
    (
      "client: burn record 1",
      "the fault has 'burn' where one of cut, delay, drop, duplicate, end, flip, insert, reflect, "
        + "swap is expected"
    ),
    ("client: cut 1", "the fault has '1' where 'after' is expected"),
    ("client: cut after -1 bytes", "the fault has '-1' where a number, 0 or more, is expected"),
    ("client: cut after +1 bytes", "the fault has '+1' where a number, 0 or more, is expected"),
    (
      "client: cut after 9999999999 bytes",
      "the fault has '9999999999' where a number, 0 or more, is expected"
    ),
    ("client: cut after 1", "the fault's text ends where 'byte' is expected"),
    ("client: flip bit 8 of byte 1", "the fault has '8' where a number, 0 to 7, is expected"),
    ("client: flip bit 7 byte 1", "the fault has 'byte' where 'of' is expected"),
    ("client: drop", "the fault's text ends where 'record' or a number of bytes is expected"),
    ("client: drop record 0", "the fault has '0' where a number, 1 or more, is expected"),
    ("client: drop 0 bytes at 1", "the fault has '0' where a number, 1 or more, is expected"),
    ("client: drop 3 bytes", "the fault's text ends where 'at' is expected"),
    ("client: swap record 1", "the fault's text ends where 'with' is expected"),
    ("client: delay record 1", "the fault's text ends where 'by' is expected"),
    (
      "client: delay record 1 by 0 turns",
      "the fault has '0' where a number, 1 to 10000, is expected"
    ),
    (
      "client: insert 0 at 1",
      "the fault has '0' where an even number of hexadecimal digits is expected"
    ),
    (
      "client: insert +1 at 1",
      "the fault has '+1' where an even number of hexadecimal digits is expected"
    ),
    ("client: reflect record 1 twice", "the fault has 'twice' where nothing more is expected"),
  ])
  func `what is no fault is refused with what is expected`(text: String, message: String) {
    let error = #expect(throws: Fault.SyntaxError.self) { try Fault(text) }
    #expect(error?.description == message)
  }
}
