import Foundation
import SystemPackage

extension FileDescriptor {
  /// Whether it goes away when a child starts.
  var isPrivate: Bool { fcntl(rawValue, F_GETFD) & FD_CLOEXEC != 0 }

  /// Whether calls on it never wait.
  var isNonBlocking: Bool { fcntl(rawValue, F_GETFL) & O_NONBLOCK != 0 }
}
