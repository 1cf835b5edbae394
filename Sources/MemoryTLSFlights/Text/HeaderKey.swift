import MemoryTLS

/// What can stand before the flights, in the order in which it is written.
enum HeaderKey: String, CaseIterable {
  case format
  case openssl
  case role
  case serverName = "server-name"
  case clientSeed = "client-seed"
  case serverSeed = "server-seed"
  case time
  case identity
  case option
  case endpoints
  case keylog
  case comment

  /// Whether it may stand there more than once.
  var isRepeatable: Bool { [.option, .keylog, .comment].contains(self) }

  /// The values that a log has for it.
  func values(in metadata: FlightLog.Metadata) -> [String] {
    switch self {
    case .format: [Self.formatName]
    case .openssl: [metadata.openssl].compactMap(\.self)
    case .role: [metadata.role?.rawValue].compactMap(\.self)
    case .serverName: [metadata.serverName].compactMap(\.self)
    case .clientSeed: [metadata.clientSeed].compactMap { $0?.description }
    case .serverSeed: [metadata.serverSeed].compactMap { $0?.description }
    case .time: [metadata.time].compactMap { $0?.description }
    case .identity: [metadata.identity].compactMap { $0?.description }
    case .option: metadata.options
    case .endpoints: [metadata.endpoints].compactMap(\.self)
    case .keylog: metadata.keyLog
    case .comment: metadata.comments
    }
  }

  /// Puts a value into a log; false if it is none.
  func put(_ value: String, into metadata: inout FlightLog.Metadata) -> Bool {
    switch self {
    case .format: return value == Self.formatName
    case .openssl: metadata.openssl = value
    case .role: return Self.put(.init(rawValue: value), into: &metadata.role)
    case .serverName: metadata.serverName = value
    case .clientSeed: return Self.put(Self.number(value), into: &metadata.clientSeed)
    case .serverSeed: return Self.put(Self.number(value), into: &metadata.serverSeed)
    case .time: return Self.put(Self.number(value), into: &metadata.time)
    case .identity: return Self.put(Self.number(value), into: &metadata.identity)
    case .option: metadata.options.append(value)
    case .endpoints: metadata.endpoints = value
    case .keylog: metadata.keyLog.append(value)
    case .comment: metadata.comments.append(value)
    }
    return true
  }

  /// What is wanted where a value is none.
  var wanted: String {
    switch self {
    case .format: "'\(Self.formatName)'"
    case .role: "client, server or both"
    default: "a number"
    }
  }

  private static func put<Value>(_ value: Value?, into place: inout Value?) -> Bool {
    place = value
    return value != nil
  }

  /// A number in the one way to write it.
  private static func number<Number: FixedWidthInteger>(_ text: String) -> Number? {
    Number(text).flatMap { $0.description == text ? $0 : nil }
  }

  static let formatName = "memtls-flights 1"
}

/// Header values are one line: what would break it is written behind a backslash.
enum HeaderValue {
  static func escaped(_ value: String) -> String {
    value.unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }

  /// Nil if something else stands behind a backslash.
  static func unescaped(_ text: String) -> String? {
    var value = ""
    var scalars = text.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      guard scalar == "\\" else {
        value.unicodeScalars.append(scalar)
        continue
      }
      switch scalars.next() {
      case "\\": value += "\\"
      case "n": value += "\n"
      case "r": value += "\r"
      default: return nil
      }
    }
    return value
  }
}
