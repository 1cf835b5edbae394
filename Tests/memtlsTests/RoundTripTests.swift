import Foundation
import Testing

@testable import memtls

/// Bytes that go through two ends of memtls to `cat` and come back, started by a shell.
@Suite struct RoundTripTests {
  private let credentials: Credentials

  init() throws { credentials = try Credentials() }

  @Test(.enabled(if: isInstalled("python3"), "needs python3"), arguments: Road.allCases)
  func `64 MiB come back unchanged over every kind of channel`(road: Road) throws {
    _ = try credentials.directory.write(ptyRelay, to: "relay.py")
    try expectReturn(of: 64 << 20, over: road)
  }

  /// 4 MiB, because a debug build needs 10 s for 64 MiB in short frames, and 50 s in base64 lines.
  @Test(arguments: FramingName.allCases)
  func `4 MiB come back unchanged through a pipe pair, whatever the framing`(
    framing: FramingName
  ) throws {
    try expectReturn(of: 4 << 20, over: .pipes, framing)
  }

  private func expectReturn(
    of count: Int, over road: Road, _ framing: FramingName = .none
  ) throws {
    let run = try credentials.shell(ends + road.script, ["\(count)", framing.rawValue])
    #expect(run.status == 0, "\(run.errors)")
    let digests = run.output.split(separator: "\n")
    #expect(digests.count == 2 && digests.first == digests.last)
    #expect(run.errors.contains("sent \(count) bytes, received \(count) bytes"), "\(run.errors)")
  }
}

/// The far end sends everything back; the near end sends numbers and prints the digest of what returns.
private let ends = """
  seq 9000000 | head -c $1 >data
  sha256sum <data
  framing=$2
  server="$0 tunnel exec:cat --as server --cert server.pem --key server.key.pem --framing $framing"
  far() { exec $server "$@" --once; }
  near() {
    "$0" client "$@" --servername localhost --ca ca.pem --framing $framing <data | sha256sum
  }

  """

/// What lies between the two ends.
enum Road: CaseIterable {
  case pipes
  case fifos
  case terminals
  case files
  case child
  case tcp
  case unix

  /// How a shell joins `near` and `far`.
  fileprivate var script: String {
    switch self {
    case .pipes:
      // Opened anew, because bash lets no other program have a coprocess's own descriptors.
      """
      coproc far fd:0,1
      exec 3</dev/fd/${COPROC[0]} 4>/dev/fd/${COPROC[1]}
      near fd:3,4 && wait $!
      """
    case .fifos: "mkfifo a b; far fifo:a,b & near fifo:b,a && wait $!"
    case .terminals:
      """
      announced python3 relay.py a b
      far tty:a & near tty:b && wait $!
      """
    case .files: "far files:a,b & near files:b,a && wait $!"
    case .child: "near \"exec:$server stdio\""
    case .tcp: listening("tcp-listen:127.0.0.1:0", near: "tcp:127.0.0.1:${REPLY##*:}")
    case .unix: listening("unix-listen:socket", near: "unix:socket")
    }
  }

  private func listening(_ listener: String, near channel: String) -> String {
    "announced far \(listener) && near \(channel) && wait $!"
  }
}

/// Joins two terminals, each way in a thread of its own, so that neither waits for the other.
private let ptyRelay = """
  import os, pty, sys, threading, tty
  ends = [pty.openpty() for _ in range(2)]
  for (_, terminal), path in zip(ends, sys.argv[1:]):
      tty.setraw(terminal)
      os.symlink(os.ttyname(terminal), path)
  def carry(source, sink):
      while True:
          rest = os.read(source, 65536)
          while rest:
              rest = rest[os.write(sink, rest):]
  (one, _), (other, _) = ends
  threading.Thread(target=carry, args=(one, other)).start()
  print("ready", flush=True)
  carry(other, one)
  """
