/// Which way bytes travel.
public enum Direction: Sendable, Hashable, CaseIterable {
  /// Sent by the client.
  case clientToServer
  /// Sent by the server.
  case serverToClient

  /// The other way.
  public var reversed: Direction { self == .clientToServer ? .serverToClient : .clientToServer }
}
