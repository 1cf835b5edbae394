import MemoryTLS
import MemoryTLSTesting
import XCTest

/// The kit needs no framework of its own: the same in XCTest.
final class GuideXCTests: XCTestCase {
  func testBothSidesAgreeOnH2() throws {
    var settings = try PairSettings()
    settings.client.applicationProtocols = ["http/1.1", "h2"]
    settings.server.applicationProtocols = ["h2", "http/1.1"]
    try settings.pair().expectBoth(\.applicationProtocol, "h2")
  }

  func testAFailureTellsTheWholeStory() throws {
    let pair = try PairSettings().pair()
    XCTAssertThrowsError(try pair.expectRefusal(by: .client)) { error in
      XCTAssertTrue("\(error)".contains("the client should refuse the server\n"), "\(error)")
      XCTAssertTrue("\(error)".contains("│  ClientHello"), "\(error)")
    }
  }
}
