import Foundation
import Landmarks

/// What `FUZZ` names in the environment.
private let driver: Driver = {
  let name = ProcessInfo.processInfo.environment["FUZZ"] ?? ""
  guard let driver = Driver.named(name) else {
    fatalError("FUZZ=\(name) is none of \(Driver.all.map(\.name).joined(separator: ", "))")
  }
  return driver
}()

/// What libFuzzer calls for each input. A broken rule ends the process, so that the input is kept.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  do {
    for landmark in try driver.run(input) { reach_landmark(landmark) }
  } catch {
    fatalError("\(error)")
  }
  return 0
}
