import ArgumentParser
import Foundation
import MemoryTLS

// Manners. stdout is data, stderr is talk: `memtls: lower case, no period`. Exit status 0 is done,
// 1 failed, 2 usage. Nothing is written to stdout before the handshake is done.

/// The command: its verbs, and the one place where it ends.
@main
struct MemTLS: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memtls",
    abstract: "TLS over any channel, in memory and step by step.",
    discussion: """
      See a handshake happen without a socket:
        memtls handshake

      Talk to a server; stdin and stdout are the plaintext:
        memtls client tcp:example.org:443

      Serve one connection:
        memtls server tcp-listen:127.0.0.1:8443 --cert cert.pem --key key.pem

      Make certificates to try that with:
        memtls identity pki

      See what is in a capture, keep a connection of it as text, and see what it
      comes to now:
        memtls inspect failed.pcap
        memtls convert failed.pcap failed.flights
        memtls replay failed.flights

      CHANNEL carries the ciphertext, and PLAIN the plaintext of a tunnel:
        stdio                  stdin and stdout, where they are not the plaintext
        fd:IN[,OUT]            descriptors that memtls inherited
        fifo:IN,OUT            named pipes
        files:IN,OUT           regular files, read as they grow
        exec:COMMAND           a child's stdin and stdout; quoting as in a shell
        system:COMMAND         the same for a line that /bin/sh runs
        tcp:HOST:PORT          connects; IPv6 addresses stand in brackets
        tcp-listen:HOST:PORT   waits for connections; port 0 takes a free one
        unix:PATH              connects to the socket of that path
        unix-listen:PATH       makes that socket and waits for connections
        tty:DEVICE[,BAUD]      a terminal or serial line
      In a path, a comma is written \\, and a backslash \\\\.

      Exit status: 0 done, 1 failed, 2 usage.
      """,
    version: "memtls with \(OpenSSLVersion.text)",
    subcommands: [
      HandshakeCommand.self, ClientCommand.self, ServerCommand.self, TunnelCommand.self,
      InspectCommand.self, ConvertCommand.self, ReplayCommand.self, IdentityCommand.self,
    ])

  static func main() {
    openStandardDescriptors()
    // What was inherited must neither end us when nobody reads stderr, nor hide how children end.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGCHLD, SIG_DFL)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      end(with: error)
    }
  }

  /// A closed stdin, stdout or stderr becomes /dev/null, so that no channel takes its number.
  private static func openStandardDescriptors() {
    for number: Int32 in 0...2 where fcntl(number, F_GETFD) < 0 {
      _ = unsafe open("/dev/null", number == 0 ? O_RDONLY : O_WRONLY)
    }
  }

  /// Says in one line what stopped the command, and exits with its status.
  private static func end(with error: any Error) -> Never {
    switch error {
    case let failure as CommandFailure:
      say(failure.message)
      Foundation.exit(failure.status)
    case let failure as TLSError:
      say(failure.message)
      Foundation.exit(failure.isUsage ? 2 : 1)
    default:
      end(withParserError: error)
    }
  }

  /// Help and version are "errors" of the parser too; what it does not know is no bad usage.
  private static func end(withParserError error: any Error) -> Never {
    switch exitCode(for: error) {
    case .success:
      exit(withError: error)
    case .validationFailure:
      say(oneLine(message(for: error)) + " (memtls \(verb)--help says more)")
      Foundation.exit(2)
    default:
      say(oneLine("\(error)"))
      Foundation.exit(1)
    }
  }

  /// The verb that was given, with a space behind it; empty if there is none of that name.
  private static var verb: String {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName }
    return CommandLine.arguments.dropFirst().first.flatMap { names.contains($0) ? "\($0) " : nil }
      ?? ""
  }

  private static func oneLine(_ message: String) -> String {
    let line = message.split(separator: "\n").joined(separator: " ")
    // Not the first letter of a word such as TLS.
    guard line.dropFirst().first?.isUppercase != true else { return line }
    return line.prefix(1).lowercased() + line.dropFirst()
  }
}

extension TLSError {
  /// Whether options are to blame, and not files or the peer.
  fileprivate var isUsage: Bool {
    [.invalidConfiguration, .invalidServerIdentity].contains(code)
  }
}
