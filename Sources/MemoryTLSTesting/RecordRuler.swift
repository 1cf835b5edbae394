/// Where the records of one direction begin, whatever pieces its bytes come in.
struct RecordRuler {
  /// Offsets of all beginnings known so far. The last is that of a record to come, or of one whose
  /// header is not all there.
  private(set) var beginnings = [0]
  private var position = 0
  private var header: [UInt8] = []

  /// Goes on with the bytes that come next.
  mutating func measure(_ bytes: [UInt8]) {
    let start = position
    position += bytes.count
    while let beginning = beginnings.last, beginning + header.count < position {
      let rest = bytes[(beginning + header.count - start)...]
      header += rest.prefix(5 - header.count)
      guard header.count == 5 else { return }
      beginnings.append(beginning + 5 + Int(header[3]) << 8 + Int(header[4]))
      header = []
    }
  }

  /// How many records begin before an offset.
  func count(before offset: Int) -> Int {
    beginnings.firstIndex { $0 >= offset } ?? beginnings.count
  }

  /// Where a record begins, 0 for the first; nil as long as that is not known.
  func beginning(of index: Int) -> Int? {
    beginnings.indices.contains(index) ? beginnings[index] : nil
  }
}
