import Foundation
import MemoryTLSTransport
import Testing

@testable import memtls

/// What becomes of the child of `exec:` or `system:` when the connection is over.
@Suite struct ExecTests {
  private let credentials: Credentials

  init() throws { credentials = try Credentials() }

  @Test func `a child that writes on behind the end of TLS is read to its end`() throws {
    // More than a pipe holds; `timeout` turns a stall into another status.
    let child = try server(then: "timeout 30 head -c 1000000 /dev/zero || exit; exit 3")
    let run = try Command.memtls(client(child))
    #expect(run.status == 1)
    #expect(run.errors.hasSuffix("memtls: bash ended with status 3\n"), "\(run.errors)")
  }

  @Test func `a child that ends well is no failure`() throws {
    let run = try Command.memtls(client(server(then: "exit 0")))
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test(arguments: [0, 3])
  func `a line for the shell is run by it, and its status counts`(status: Int) throws {
    let child = try server(then: "exit \(status)")
    let line = "set -- bash '\(child)'; \"$@\" && exit 0 || exit $?"
    let run = try Command.memtls([
      "client", "system:\(line)", "--servername", "localhost", "--ca", credentials.ca,
    ])
    #expect(run.status == (status == 0 ? 0 : 1))
    let end = "memtls: /bin/sh ended with status \(status)\n"
    #expect(run.errors.hasSuffix(end) == (status != 0), "\(run.errors)")
  }

  @Test func `a line that begins with a hyphen is no option of the shell`() throws {
    let run = try Command.memtls(["client", "system:-c 'exit 0'", "--insecure"])
    #expect(run.status == 1)
    #expect(run.errors.contains("-c: not found"), "\(run.errors)")
  }

  @Test func `a child that outlives its connection is not waited for when interrupted`() throws {
    let child = try server(then: lasting)
    let client = try Running(Command.memtls, client(child), in: credentials.directory)
    _ = try #require(client.line(with: "sent 0 bytes"))
    kill(client.process.processIdentifier, SIGTERM)
    let run = client.finish()
    #expect(run.status == 1)
    #expect(run.errors.hasSuffix("memtls: interrupted\n"), "\(run.errors)")
  }

  @Test func `a child that does not end in time is ended`() throws {
    let opened = OpenedChannel(try ChildTransport(["sleep", "1000"]))
    let failure = try #require(throws: CommandFailure.self) {
      try opened.finish(until: .now, interrupter: Interrupter())
    }
    #expect(failure.message == "sleep does not end")
  }

  @Test func `a child that ignores SIGTERM is killed`() throws {
    let child = try script("trap '' TERM; echo 'this is no TLS'; \(lasting)")
    let run = try Command.memtls(client(child))
    #expect(run.status == 1)
    #expect(run.errors.contains("this is no TLS"))
    #expect(!run.errors.contains("ended by itself"))
  }

  @Test func `a child inherits no descriptors but the standard ones`() throws {
    let child = try script(
      "for n in 3 4 5 6 7 8 9; do (eval \": <&$n\") 2>&- && echo \"$n is open\" >&2; done; exit 0")
    let run = try Command.memtls(client(child))
    #expect(!run.errors.contains("is open"), "\(run.errors)")
  }

  /// Waits in the shell itself, so that no grandchild is left; much longer than memtls should wait.
  private var lasting: String {
    "mkfifo '\(credentials.directory.path)/never'; "
      + "read -t 30 never <>'\(credentials.directory.path)/never'; echo 'ended by itself' >&2"
  }

  private func client(_ child: String) -> [String] {
    ["client", "exec:bash '\(child)'", "--servername", "localhost", "--ca", credentials.ca]
  }

  /// A script that serves one connection on its stdin and stdout, and then does something else.
  private func server(then commands: String) throws -> String {
    try script(
      """
      '\(Command.memtls)' server fd:3,4 --cert '\(credentials.server)' \
      --key '\(credentials.serverKey)' 3<&0 4>&1 </dev/null >/dev/null 2>&1
      \(commands)
      """)
  }

  private func script(_ text: String) throws -> String {
    try credentials.directory.write(text + "\n", to: "child.sh")
  }
}
