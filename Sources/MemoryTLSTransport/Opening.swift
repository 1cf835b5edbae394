public import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Why something could not be opened.
public enum OpenFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// It is there, but is something else; in words.
  case wrongKind(FilePath, String)
  /// A call of the system failed.
  case system(FilePath, Errno)
  /// Nobody came in time, or waiting was interrupted.
  case wait(FilePath, WaitFailure)

  /// What happened to which path.
  public var description: String {
    switch self {
    case .wrongKind(let path, let reason): "\(path) \(reason)"
    case .system(let path, .noSuchFileOrDirectory): "\(path) does not exist"
    case .system(let path, let failure): "\(path): \(failure)"
    case .wait(let path, .deadlineExceeded): "nobody opened \(path) in time"
    case .wait(_, .interrupted): "interrupted"
    case .wait(let path, let failure): "\(path): cannot wait: \(failure)"
    }
  }
}

extension DescriptorTransport {
  /// Opens two FIFOs, one to read and one to write.
  ///
  /// Either side may come first: reading is opened without waiting, and then writing is tried until
  /// somebody reads (fifo(7)).
  public static func openFIFOs(
    input: FilePath, output: FilePath, until deadline: ContinuousClock.Instant? = nil,
    interrupter: Interrupter? = nil
  ) throws(OpenFailure) -> DescriptorTransport {
    let reading = try FileDescriptor.openFIFO(input, .readOnly)
    let writing: FileDescriptor
    do throws(OpenFailure) {
      writing = try openForWriting(output, until: deadline, interrupter)
    } catch {
      try? reading.close()
      throw error
    }
    let transport = DescriptorTransport(input: reading, output: writing)
    if let one = try? reading.stat(), let other = try? writing.stat(), one.isSameFile(as: other) {
      throw .wrongKind(output, "is both input and output: two FIFOs are needed")
    }
    return transport
  }

  private static func openForWriting(
    _ path: FilePath, until deadline: ContinuousClock.Instant?, _ interrupter: Interrupter?
  ) throws(OpenFailure) -> FileDescriptor {
    while true {
      do throws(OpenFailure) {
        return try FileDescriptor.openFIFO(path, .writeOnly)
      } catch {
        guard error == .system(path, .noSuchAddressOrDevice) else { throw error }
      }
      if let deadline, ContinuousClock.now >= deadline { throw .wait(path, .deadlineExceeded) }
      var next = Readiness()
      next.time = .now + .milliseconds(10)
      do throws(WaitFailure) { try wait(for: next, interrupter: interrupter) } catch {
        throw .wait(path, error)
      }
    }
  }

  /// Opens a terminal or a serial line in raw mode: eight bits, no flow control by characters, and the
  /// modem's carrier ignored.
  /// Its settings are put back when the transport goes.
  ///
  /// - Parameters:
  ///   - path: Such as `/dev/ttyUSB0`.
  ///   - baud: Bits a second, one of ``baudRates``; nil leaves the speed as it is.
  /// - Returns: the device, which goes both ways.
  /// - Throws: why it could not be opened or set.
  public static func openTerminal(
    _ path: FilePath, baud: Int? = nil
  ) throws(OpenFailure) -> DescriptorTransport {
    let device: FileDescriptor
    do throws(Errno) {
      device = try .opening(path, .readWrite, [.nonBlocking, .init(rawValue: O_NOCTTY)])
    } catch {
      throw OpenFailure(path, error, for: .characterSpecial, noTerminal)
    }
    let transport = DescriptorTransport(device)
    guard isatty(device.rawValue) == 1 else { throw .wrongKind(path, noTerminal) }
    if let baud, !baudRates.contains(baud) {
      throw .wrongKind(path, "cannot be set to \(baud) baud")
    }
    do throws(Errno) { try transport.makeRaw(baud: baud) } catch { throw .system(path, error) }
    return transport
  }
}

extension FileDescriptor {
  fileprivate static func openFIFO(
    _ path: FilePath, _ mode: AccessMode
  ) throws(OpenFailure) -> FileDescriptor {
    let descriptor: FileDescriptor
    do throws(Errno) { descriptor = try opening(path, mode, .nonBlocking) } catch {
      throw OpenFailure(path, error, for: .fifo, noFIFO)
    }
    guard (try? descriptor.stat().type) == .fifo else {
      try? descriptor.close()
      throw .wrongKind(path, noFIFO)
    }
    return descriptor
  }
}

extension OpenFailure {
  /// Why open(2) failed; if the path is something else anyway, that.
  fileprivate init(_ path: FilePath, _ failure: Errno, for type: FileType, _ reason: String) {
    let isOther = (try? path.stat().type).map { $0 != type } ?? false
    self = isOther ? .wrongKind(path, reason) : .system(path, failure)
  }
}

private let noFIFO = "is no FIFO: make one with mkfifo"
private let noTerminal = "is no terminal"
