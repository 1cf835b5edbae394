import ArgumentParser

/// What carries the ciphertext, as the command line names it.
enum Channel: Equatable, ExpressibleByArgument {
  case tcp(Endpoint)
  case tcpListen(Endpoint)
  case exec([String])
  case descriptors(input: Int32, output: Int32)

  /// A host and a port.
  struct Endpoint: Equatable, CustomStringConvertible {
    let host: String
    let port: UInt16

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
  }

  /// The host of a TCP channel, which a client expects to be named in the certificate.
  var host: String? {
    guard case .tcp(let endpoint) = self else { return nil }
    return endpoint.host
  }

  init?(argument: String) {
    guard let channel = try? Channel(parsing: argument) else { return nil }
    self = channel
  }

  init(parsing text: String) throws {
    let (kind, rest) = text.cut(at: ":")
    switch kind {
    case "tcp": self = .tcp(try Endpoint(parsing: rest))
    case "tcp-listen": self = .tcpListen(try Endpoint(parsing: rest))
    case "exec": self = .exec(try Self.command(rest))
    case "fd": self = try Self.descriptors(rest)
    default:
      throw ValidationError(
        "'\(text)' is no channel: tcp:HOST:PORT, tcp-listen:HOST:PORT, exec:COMMAND or fd:IN[,OUT]")
    }
  }

  private static func command(_ text: String?) throws -> [String] {
    let words = try ShellWords.split(text ?? "")
    guard !words.isEmpty else { throw ValidationError("'exec:' lacks a command") }
    return words
  }

  private static func descriptors(_ text: String?) throws -> Channel {
    let (input, output) = (text ?? "").cut(at: ",")
    guard let first = Int32(input), let second = Int32(output ?? input), first >= 0, second >= 0
    else { throw ValidationError("'fd:\(text ?? "")' is not fd:IN or fd:IN,OUT with numbers") }
    return .descriptors(input: first, output: second)
  }
}

extension Channel.Endpoint {
  init(parsing text: String?) throws {
    let text = text ?? ""
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { throw ValidationError("'\(text)' is not HOST:PORT with a port from 0 to 65535") }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      throw ValidationError("'\(text)': put the IPv6 address in brackets, as [::1]:443")
    }
    guard !host.isEmpty else { throw ValidationError("'\(text)' lacks a host") }
    self.init(host: String(host), port: port)
  }
}

extension String {
  /// The parts before and behind the first separator; nil behind if there is none.
  fileprivate func cut(at separator: Character) -> (String, String?) {
    guard let place = firstIndex(of: separator) else { return (self, nil) }
    return (String(self[..<place]), String(self[index(after: place)...]))
  }
}
