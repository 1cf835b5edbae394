import Foundation
import MemoryTLS
import Testing

/// What fuzzing begins with and what it found, without a fuzzer.
@Suite struct ReplayTests {
  @Test(arguments: Driver.all.map(\.name), Inputs.Kind.allCases)
  func `every kept input keeps the rules`(driver: String, kind: Inputs.Kind) throws {
    let driver = try #require(Driver.named(driver))
    for (name, input) in try Inputs(kind, of: driver.name).read() {
      #expect(throws: Never.self, "\(driver.name)/\(kind)/\(name)") { try driver.run(input) }
    }
  }

  // Another OpenSSL may draw random bytes in another order.
  @Test(
    .enabled(if: Seeds.areOfThisOpenSSL, "recorded with another OpenSSL"),
    arguments: ["server", "client"])
  func `a recorded connection comes about again, to its end`(driver: String) throws {
    let driver = try #require(Driver.named(driver))
    for (name, input) in try Inputs(.seeds, of: driver.name).read() {
      let landmarks = try driver.run(input)
      #expect(landmarks.contains(EngineDriver.closeNotify), "\(driver.name)/\(name)")
      #expect(try driver.run(input) == landmarks, "\(driver.name)/\(name)")
    }
  }

  @Test func `every driver has seeds, and no folder is without a driver`() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Inputs.folder.path)
    #expect(Set(folders).subtracting(["openssl.txt"]) == Set(Driver.all.map(\.name)))
    for driver in Driver.all {
      #expect(try !Inputs(.seeds, of: driver.name).read().isEmpty)
    }
  }

  @Test(arguments: Driver.all.map(\.name))
  func `no input is an input, and so is any byte`(driver: String) throws {
    let driver = try #require(Driver.named(driver))
    for input in [[]] + (0...255).map({ [UInt8($0)] }) {
      #expect(throws: Never.self, "\(driver.name) \(input)") { try driver.run(input) }
    }
  }

  @Test(.enabled(if: Seeds.areWanted, "rewrites Fixtures/fuzz"))
  func `seeds are made anew when asked for`() throws {
    for (driver, seeds) in try Seeds.all() { try Inputs(.seeds, of: driver).write(seeds) }
    try Data("\(OpenSSLVersion.text)\n".utf8).write(to: Seeds.version)
  }
}
