import Foundation
import Testing

/// `memtls` on both ends of a channel without any socket.
@Suite struct FIFOTests {
  @Test(arguments: ["1.2", "1.3"])
  func `a megabyte each way over two FIFOs`(version: String) throws {
    let credentials = try Credentials()
    let directory = credentials.directory.path
    let upward = Data((0..<1_048_576).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })
    let downward = Data(upward.reversed())
    _ = try credentials.directory.write(upward, to: "up")
    _ = try credentials.directory.write(downward, to: "down")
    let script = """
      cd "$1" && mkfifo a b
      "$0" server fd:3,4 --cert server.pem --key server.key.pem 3<a 4>b <down >up.got 2>server.err &
      "$0" client fd:3,4 --servername localhost --ca ca.pem --tls "$2" 4>a 3<b <up >down.got
      client=$?
      wait $! && exit $client
      """
    let run = try Command.run("sh", ["-c", script, Command.memtls, directory, version])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("sent 1048576 bytes, received 1048576 bytes"))
    #expect(FileManager.default.contents(atPath: directory + "/up.got") == upward)
    #expect(FileManager.default.contents(atPath: directory + "/down.got") == downward)
  }
}
