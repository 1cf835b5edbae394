import ArgumentParser
import MemoryTLSTransport

/// What is wrong with the text of a channel.
struct Flaw: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

extension Channel {
  init?(argument: String) {
    guard let channel = try? Channel(parsing: argument) else { return nil }
    self = channel
  }

  /// - Throws: `ValidationError` with the form that was expected, or with all forms.
  init(parsing text: String) throws {
    let (word, rest) = text.cut(at: ":")
    guard let kind = Kind(rawValue: word) else {
      let forms = Kind.allCases.map(\.form)
      throw ValidationError(
        "'\(text)' is no channel: \(forms.dropLast().joined(separator: ", ")) or \(forms.last ?? "")"
      )
    }
    do throws(Flaw) {
      self = try Self.parse(kind, rest)
    } catch {
      throw ValidationError("'\(text)' is not \(kind.form): \(error.reason)")
    }
  }

  /// `text` is what stands behind the colon; nil without a colon.
  private static func parse(_ kind: Kind, _ text: String?) throws(Flaw) -> Channel {
    guard kind != .stdio else { return try stdio(text) }
    let text = text ?? ""
    switch kind {
    case .stdio, .fd: return try descriptors(text)
    case .fifo:
      let (input, output) = try twoPaths(text)
      return .fifo(input: input, output: output)
    case .files:
      let (input, output) = try twoPaths(text)
      return .files(input: input, output: output)
    case .exec: return .exec(try words(text))
    case .system: return .system(try line(text))
    case .tcp: return .tcp(try Endpoint(parsing: text))
    case .tcpListen: return .tcpListen(try Endpoint(parsing: text))
    case .unix: return .unix(try socketPath(text))
    case .unixListen: return .unixListen(try socketPath(text))
    case .tty: return try terminal(text)
    }
  }

  private static func stdio(_ text: String?) throws(Flaw) -> Channel {
    guard text == nil else { throw Flaw("nothing may follow") }
    return .stdio
  }

  private static func descriptors(_ text: String) throws(Flaw) -> Channel {
    let (input, output) = text.cut(at: ",")
    return .descriptors(input: try descriptor(input), output: try descriptor(output ?? input))
  }

  private static func descriptor(_ text: String) throws(Flaw) -> Int32 {
    guard let number = Int32(digits: text) else {
      throw Flaw("'\(text)' is no descriptor's number")
    }
    return number
  }

  private static func twoPaths(_ text: String) throws(Flaw) -> (String, String) {
    let paths = try PathList.split(text)
    guard paths.count == 2 else { throw Flaw("two paths are wanted, not \(paths.count)") }
    guard !paths.contains("") else { throw Flaw("a path is missing") }
    // Not `==`: names that Unicode takes for the same are different files.
    guard !paths[0].utf8.elementsEqual(paths[1].utf8) else { throw Flaw("both paths are the same") }
    return (paths[0], paths[1])
  }

  private static func words(_ text: String) throws(Flaw) -> [String] {
    let words = try ShellWords.split(text)
    guard words.first?.isEmpty == false else { throw Flaw("the command is missing") }
    return words
  }

  private static func line(_ text: String) throws(Flaw) -> String {
    guard !text.allSatisfy(\.isWhitespace) else { throw Flaw("the command is missing") }
    return text
  }

  private static func socketPath(_ text: String) throws(Flaw) -> String {
    let paths = try PathList.split(text)
    guard paths.count == 1 else { throw Flaw("a comma in a path is written '\\,'") }
    guard !paths[0].isEmpty else { throw Flaw("the path is missing") }
    let (size, limit) = (paths[0].utf8.count, Address.longestPath)
    guard size <= limit else {
      throw Flaw("a socket's path has at most \(limit) bytes, not \(size)")
    }
    return paths[0]
  }

  private static func terminal(_ text: String) throws(Flaw) -> Channel {
    let parts = try PathList.split(text)
    guard parts.count <= 2 else { throw Flaw("a comma in a path is written '\\,'") }
    guard !parts[0].isEmpty else { throw Flaw("the device is missing") }
    guard parts.count == 2 else { return .tty(device: parts[0], baud: nil) }
    let rates = DescriptorTransport.baudRates
    guard let baud = Int(digits: parts[1]), rates.contains(baud) else {
      let list = rates.map(String.init).joined(separator: ", ")
      throw Flaw("baud rate '\(parts[1])' is none of \(list)")
    }
    return .tty(device: parts[0], baud: baud)
  }
}

extension Channel.Endpoint {
  fileprivate init(parsing text: String) throws(Flaw) {
    guard let colon = text.lastIndex(of: ":") else { throw Flaw("the port is missing") }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") || host.hasPrefix("[") {
      throw Flaw("an IPv6 address stands in brackets, as [::1]:443")
    }
    guard !host.isEmpty else { throw Flaw("the host is missing") }
    let number = text[text.index(after: colon)...]
    guard let port = UInt16(digits: number) else {
      throw Flaw("port '\(number)' is not from 0 to 65535")
    }
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

extension FixedWidthInteger {
  /// Digits alone, without a sign.
  fileprivate init?(digits: some StringProtocol) {
    guard digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else {
      return nil
    }
    self.init(digits)
  }
}
