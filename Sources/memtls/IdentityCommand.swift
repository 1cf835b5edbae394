import ArgumentParser
import Foundation
import MemoryTLS
import MemoryTLSTesting
import SystemPackage

/// A throw-away authority with whom it vouches for, as files.
struct IdentityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identity",
    abstract: "Write a throw-away CA with server and client certificates.",
    usage: "memtls identity <dir> [<options>]",
    discussion: """
      Five files are written into DIR, which is made if it is absent:

        ca.pem                      whom to trust: --ca or --client-ca
        server.pem, server.key.pem  --cert and --key of a server
        client.pem, client.key.pem  --cert and --key of a client

      The server's certificate is for localhost, 127.0.0.1, ::1 and each --name.
      The CA's private key is thrown away, so that nobody can issue more. The
      other keys are not encrypted; only their owner can read them.

        memtls identity pki --name server.example --name 192.0.2.1
        memtls server tcp-listen:127.0.0.1:8443 --client-ca pki/ca.pem \\
          --cert pki/server.pem --key pki/server.key.pem
        memtls client tcp:127.0.0.1:8443 --ca pki/ca.pem \\
          --cert pki/client.pem --key pki/client.key.pem

      Nothing is overwritten: if one of the files exists, none is written.
      """)

  @Argument(help: ArgumentHelp("Where to write the files.", valueName: "dir"))
  var directory: String

  @Option(
    name: .customLong("name"),
    help: ArgumentHelp(
      "Another name or address of the server; may be repeated.", valueName: "name"))
  var names: [String] = []

  @Option(help: ArgumentHelp("How long the certificates are valid.", valueName: "days"))
  var days = Throwaway.days

  @Option(help: ArgumentHelp("The type of every key.", valueName: "type"))
  var key = KeyType.p256

  @Flag(help: "Print one JSON object.")
  var json = false

  enum KeyType: String, ExpressibleByArgument, CaseIterable {
    case p256
    case rsa2048
    case ed25519

    var made: TestIdentity.Key {
      switch self {
      case .p256: .p256
      case .rsa2048: .rsa2048
      case .ed25519: .ed25519
      }
    }
  }

  func validate() throws {
    guard !directory.isEmpty else { throw ValidationError("the directory's name is empty") }
    guard 1...36500 ~= days else { throw ValidationError("--days \(days) is not from 1 to 36500") }
  }

  func run() throws {
    let directory = FilePath(directory)
    let files = IdentityFiles(in: directory)
    let (server, client) = try issue()
    try NewFile.make(files.contents(server: server, client: client), in: directory)
    try Output.print(json ? files.json() : files.paths.map(\.string).joined(separator: "\n"))
    // The paths come first also where both streams end up in one place.
    for hint in files.hints { say(hint) }
  }

  private func issue() throws -> (server: TestIdentity, client: TestIdentity) {
    let (key, validity) = (key.made, Throwaway.validity(days: days))
    let authority = try TestIdentity.authority("Throw-away CA", key: key, validity: validity)
    return (
      try authority.issue(
        .server, "localhost", names: serverNames, key: key, validity: validity),
      try authority.issue(.client, "client", key: key, validity: validity)
    )
  }

  private var serverNames: [Certificate.Name] {
    var found: [Certificate.Name] = [.dns("localhost"), .address("127.0.0.1"), .address("::1")]
    for name in names.map(Throwaway.name) where !found.contains(name) { found.append(name) }
    return found
  }
}
