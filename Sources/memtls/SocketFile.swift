import Foundation
import SystemPackage

/// The file of a listening Unix socket.
struct SocketFile {
  private let path: String
  private let identity: Identity

  /// The file that bind(2) has just made; nil if it is gone already.
  init?(at path: String) {
    guard let identity = Identity(of: path) else { return nil }
    self.path = path
    self.identity = identity
  }

  /// Removes the file, unless another one stands in its place. To be called while the socket is
  /// open: as long as it is, no other file can get the number of its inode.
  func remove() {
    guard Identity(of: path) == identity else { return }
    _ = unsafe unlink(path)
  }

  /// Removes a file whose socket is gone, so that its path can be bound. Nothing else is removed.
  ///
  /// Two that come at the same moment may both find the file stale; one of them may then remove
  /// what the other has just made.
  static func removeStale(at path: String) throws {
    guard let found = Identity(of: path) else { return }
    guard found.isSocket else { throw Obstacle.otherFile }
    guard try isStale(path) else { throw Obstacle.inUse }
    SocketFile(path: path, identity: found).remove()
  }

  /// Asks with a datagram socket. It never connects to a stream socket (EPROTOTYPE), so that nobody
  /// who listens there takes the question for a peer; if no socket is bound at all it is refused.
  private static func isStale(_ path: String) throws -> Bool {
    let address = try Address(path: path)
    let probe = try Socket.make(family: AF_UNIX, type: Int32(SOCK_DGRAM.rawValue))
    defer { try? probe.close() }
    let result = unsafe address.withPointer { unsafe connect(probe.rawValue, $0, $1) }
    guard result < 0, errno != EPROTOTYPE else { return false }
    guard errno == ECONNREFUSED else { throw Errno(rawValue: errno) }
    return true
  }

  /// Why a path cannot be listened on.
  private enum Obstacle: Error, CustomStringConvertible {
    case inUse
    case otherFile

    var description: String {
      switch self {
      case .inUse: "already in use"
      case .otherFile: "the file exists and is no socket"
      }
    }
  }

  /// Which file it is, whatever it is called.
  private struct Identity: Equatable {
    private let device: dev_t
    private let inode: ino_t
    let isSocket: Bool

    /// Nil if there is no such file. Links are not followed (lstat(2)).
    init?(of path: String) {
      var status = stat()
      guard unsafe lstat(path, &status) == 0 else { return nil }
      device = status.st_dev
      inode = status.st_ino
      isSocket = status.st_mode & S_IFMT == S_IFSOCK
    }
  }
}

extension SocketFile {
  private init(path: String, identity: Identity) {
    self.path = path
    self.identity = identity
  }
}
