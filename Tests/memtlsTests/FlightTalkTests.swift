import Testing

/// The flights that `-vv` tells of.
@Suite struct FlightTalkTests {
  @Test func `both ends tell of the same records, wherever the flights were cut`() throws {
    let interop = try Interop()
    let server = try interop.server("exec:cat", ["-v"])
    let client = try interop.client(of: try server.listeningPort(), "stdio", ["-v"]).finish()
    let run = server.finish()
    #expect(client.status == 0 && run.status == 0)
    for way in ["client → server", "server → client"] {
      let here = records(in: client, way)
      #expect(here > 64 && here == records(in: run, way))
    }
  }

  /// The records of all flights of a direction.
  private func records(in run: Command, _ way: String) -> Int {
    let flights = run.errors.split(separator: "\n").filter { $0.contains("\(way): ") }
    return flights.reduce(0) { sum, flight in
      let words = flight.split(separator: " ")
      let place = words.firstIndex { $0.hasPrefix("record") }
      return sum + (place.flatMap { Int(words[$0 - 1]) } ?? 0)
    }
  }
}
