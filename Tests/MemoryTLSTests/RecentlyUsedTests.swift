@testable import MemoryTLS
import Testing

/// The bounded dictionary under the session store.
@Suite struct RecentlyUsedTests {
  @Test func `what was used longest ago makes room`() {
    var kept = RecentlyUsed<Int, String>(capacity: 3)
    for number in 0..<3 { kept[number] = "\(number)" }
    #expect(kept[0] == "0")
    kept[1] = "one"
    kept[3] = "3"
    #expect(kept.count == 3)
    #expect(kept[2] == nil)
    #expect(kept[0] == "0" && kept[1] == "one" && kept[3] == "3")
    kept[0] = nil
    #expect(kept.count == 2 && kept[0] == nil)
  }

  @Test(arguments: [1, 2, 5, 100])
  func `it does what a plain list would`(capacity: Int) {
    var kept = RecentlyUsed<Int, Int>(capacity: capacity)
    var plain: [(key: Int, value: Int)] = []
    var noise = Noise(seed: 11)
    for step in 0..<5000 {
      let key = noise.next(below: 2 * capacity + 1)
      let position = plain.firstIndex { $0.key == key }
      switch noise.next(below: 4) {
      case 0:
        #expect(kept[key] == position.map { plain[$0].value })
        if let position { plain.append(plain.remove(at: position)) }
      case 1:
        kept[key] = nil
        if let position { plain.remove(at: position) }
      default:
        kept[key] = step
        if let position { plain.remove(at: position) }
        plain.append((key, step))
        if plain.count > capacity { plain.removeFirst() }
      }
      #expect(kept.count == plain.count)
    }
    #expect(Set(kept.all) == Set(plain.map(\.value)))
  }
}
