/// The memory of a connected pair, both ends together.
struct MemoryUse: Hashable, Codable {
  /// After the handshake.
  var idle: Footprint
  /// After 16 KiB each way.
  var used: Footprint
  /// After what idle connections do without was given back; nil where there is no such thing.
  var released: Footprint?

  /// From this process alone, which should have done little else.
  ///
  /// - Throws: ``Unsupported`` for a subject that cannot keep connections.
  init(of kind: SubjectKind) throws {
    guard let subject = try kind.make(Scenario(), try Credentials()) as? any Keeping else {
      throw Unsupported(description: "it keeps no connections")
    }
    // What is made once for all.
    try subject.keep(1)
    try subject.move(Self.size)
    let before = try Footprint.now()
    func each() throws -> Footprint { try .now().each(of: Self.pairs, since: before) }
    try subject.keep(Self.pairs)
    idle = try each()
    try subject.move(Self.size)
    used = try each()
    released = try subject.releaseIdleBuffers() ? each() : nil
  }

  private static let pairs = 2000
  private static let size = 16384
}
