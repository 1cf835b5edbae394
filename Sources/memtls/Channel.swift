import ArgumentParser

/// What carries the ciphertext or the plaintext, as the command line names it. Parsed in ChannelParsing.swift.
enum Channel: Equatable, ExpressibleByArgument {
  /// stdin and stdout.
  case stdio
  /// Descriptors that were inherited.
  case descriptors(input: Int32, output: Int32)
  /// Named pipes.
  case fifo(input: String, output: String)
  /// Regular files that grow.
  case files(input: String, output: String)
  /// The stdin and stdout of a program found through PATH.
  case exec([String])
  /// The stdin and stdout of a line for `/bin/sh -c`.
  case system(String)
  case tcp(Endpoint)
  case tcpListen(Endpoint)
  /// The socket file of a server.
  case unix(String)
  case unixListen(String)
  /// A terminal or serial line; nil for the speed it has.
  case tty(device: String, baud: Int?)

  /// A host and a port.
  struct Endpoint: Equatable, CustomStringConvertible {
    let host: String
    let port: UInt16

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
  }

  /// Whether it waits for others to connect, once or again and again.
  var isListener: Bool {
    switch self {
    case .tcpListen, .unixListen: true
    default: false
    }
  }

  /// Whether it can be opened anew for every connection of a listener; the others are there once.
  var isRepeatable: Bool {
    switch self {
    case .tcp, .unix, .exec, .system: true
    default: false
    }
  }

  /// Whether nobody ends it just because nothing more comes out of it: a person, or a line.
  var mayNeverEnd: Bool {
    switch self {
    case .stdio, .tty: true
    default: false
    }
  }

  /// The host of a TCP channel, which a client expects to be named in the certificate.
  var host: String? {
    guard case .tcp(let endpoint) = self else { return nil }
    return endpoint.host
  }

  /// The descriptors it has from the start.
  var descriptors: [Int32] {
    switch self {
    case .stdio: [0, 1]
    case .descriptors(let input, let output): [input, output]
    default: []
    }
  }
}

extension Channel: CustomStringConvertible {
  /// The text that parses to this channel.
  var description: String {
    switch self {
    case .stdio: "stdio"
    case .descriptors(let input, let output) where input == output: "fd:\(input)"
    case .descriptors(let input, let output): "fd:\(input),\(output)"
    case .fifo(let input, let output): "fifo:" + PathList.join([input, output])
    case .files(let input, let output): "files:" + PathList.join([input, output])
    case .exec(let words): "exec:" + words.map(ShellWords.quoted).joined(separator: " ")
    case .system(let command): "system:" + command
    case .tcp(let endpoint): "tcp:\(endpoint)"
    case .tcpListen(let endpoint): "tcp-listen:\(endpoint)"
    case .unix(let path): "unix:" + PathList.join([path])
    case .unixListen(let path): "unix-listen:" + PathList.join([path])
    case .tty(let device, let baud):
      "tty:" + PathList.join([device]) + (baud.map { ",\($0)" } ?? "")
    }
  }
}
