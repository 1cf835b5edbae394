/// A subject that keeps many connections open.
protocol Keeping: Subject {
  /// Opens so many more: the handshake and nothing else.
  func keep(_ count: Int) throws

  /// `size` bytes each way over each of those kept, and nothing is left on its way.
  func move(_ size: Int) throws

  /// Has all give back what idle connections do without; false if there is no such thing.
  func releaseIdleBuffers() throws -> Bool
}
