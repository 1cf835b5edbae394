import CProbes
import Foundation

/// The memory of this process, in bytes.
struct Footprint: Hashable, Codable {
  /// What it has of the machine's (statm in proc(5)).
  var resident: Int
  /// What is handed out of the heap (mallinfo(3)).
  var heap: Int

  /// How it is once the allocator has given back what is free.
  ///
  /// - Throws: ``Unsupported`` where nobody tells.
  static func now() throws -> Footprint {
    var heap = 0
    guard unsafe CProbes_heap(&heap),
      let pages = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    else { throw Unsupported(description: "it wants Linux and glibc") }
    // Sizes in pages: all of the process, and what is resident.
    guard let resident = pages.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      throw Failure("/proc/self/statm does not say what is resident")
    }
    return Footprint(resident: resident * Int(getpagesize()), heap: heap)
  }

  /// What each of `count` things takes that have been made since `before`.
  func each(of count: Int, since before: Footprint) -> Footprint {
    Footprint(
      resident: (resident - before.resident) / count, heap: (heap - before.heap) / count)
  }
}
