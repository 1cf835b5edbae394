/// Two ends of one kind of TLS 1.3 on this thread: the contexts and credentials for a scenario and,
/// once it is needed, one open connection.
///
/// All verify the server's chain and that it is for "localhost", and in a mutual scenario the client's
/// chain.
protocol Subject: AnyObject {
  /// `count` connections from nothing to freed: both ends made, the handshake, and 64 bytes each way,
  /// so that everybody's tickets are sent, whenever that is. They are freed without closing, unless
  /// they are to be resumed.
  func connect(_ count: Int) throws

  /// `count` writes of `size` bytes by the client over the open connection, all read by the server.
  func transfer(_ count: Int, of size: Int) throws

  /// `count` times 64 bytes to the server and back over the open connection.
  func pingPong(_ count: Int) throws
}

/// A subject that can show what is on the wire.
protocol Inspectable: Subject {
  /// Makes one connection and a transfer of 256 KiB, and tells what the client saw of it.
  func inspect() throws -> Trace
}

/// A scenario that a subject has nothing for.
struct Unsupported: Error, CustomStringConvertible {
  let description: String
}
