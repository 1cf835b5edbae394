import Foundation
import Testing

/// How fast 1 GiB goes through two tunnels over TCP on loopback, beside socat and stunnel. It measures
/// only when asked to, in a release build; what the README says of it comes from here:
///
///     swift build -c release && MEMTLS_THROUGHPUT=.build/release/memtls swift test --filter Throughput
@Suite(.enabled(if: Throughput.memtls != nil, "set MEMTLS_THROUGHPUT to a memtls to measure"))
struct ThroughputTests {
  @Test(
    .enabled(if: isInstalled("socat") && isInstalled("stunnel"), "needs socat and stunnel"))
  func `a gibibyte through two tunnels, in turns with socat and stunnel`() throws {
    let throughput = try Throughput()
    var seconds: [Throughput.Subject: [Double]] = [:]
    for round in 1...7 {
      for subject in Throughput.Subject.allCases {
        let time = try throughput.measure(subject)
        // The first round warms up.
        if round > 1 { seconds[subject, default: []].append(time) }
      }
    }
    let ours = try #require(seconds[.memtls]).median
    for subject in Throughput.Subject.allCases {
      let times = try #require(seconds[subject])
      let line = String(
        format: "%7@  median %.2f s, %.2f to %.2f s, %.2f times memtls",
        "\(subject)", times.median, times.min() ?? 0, times.max() ?? 0, times.median / ours)
      print(line)
    }
  }
}

/// The source, the sink, and two tunnels of a kind between them.
struct Throughput {
  /// The executable to measure.
  static let memtls = ProcessInfo.processInfo.environment["MEMTLS_THROUGHPUT"]
  private static let byteCount = 1 << 30

  enum Subject: CaseIterable {
    case memtls
    case socat
    case stunnel
  }

  private let credentials: Credentials
  private let ports: (plain: Int, secure: Int, sink: Int)

  init() throws {
    credentials = try Credentials()
    let free = try (0..<3).map { _ in try LoopbackSocket.freePort() }
    ports = (free[0], free[1], free[2])
  }

  /// Seconds from the first byte written until the sink has seen the end.
  func measure(_ subject: Subject) throws -> Double {
    let sink = try LoopbackSocket.listen(on: ports.sink)
    defer { sink.close() }
    let tunnels = try start(subject)
    defer { for tunnel in tunnels { tunnel.end() } }
    let source = try LoopbackSocket.connect(to: ports.plain)
    let start = ContinuousClock.now
    let sender = Thread {
      source.send(Self.byteCount)
      source.close()
    }
    sender.start()
    let connection = try sink.accept()
    defer { connection.close() }
    #expect(connection.receiveToEnd() == Self.byteCount)
    return start.duration(to: .now) / .seconds(1)
  }

  private func start(_ subject: Subject) throws -> [Running] {
    let commands: [[String]] =
      switch subject {
      case .memtls: [memtls(["--as", "server"]), memtls(["--as", "client"])]
      case .socat: socat
      case .stunnel: try stunnel
      }
    let running = try commands.map {
      try Running($0[0], Array($0.dropFirst()), in: credentials.directory)
    }
    for port in [ports.secure, ports.plain] { try LoopbackSocket.waitForListener(on: port) }
    return running
  }

  private func memtls(_ end: [String]) -> [String] {
    let (plain, secure) = ("127.0.0.1:\(ports.plain)", "127.0.0.1:\(ports.secure)")
    let rest =
      end.contains("server")
      ? ["tcp:127.0.0.1:\(ports.sink)", "tcp-listen:" + secure]
        + ["--cert", credentials.server, "--key", credentials.serverKey]
      : ["tcp-listen:" + plain, "tcp:" + secure, "--ca", credentials.ca]
    return [Self.memtls ?? "", "tunnel"] + end + rest
  }

  private var socat: [[String]] {
    let options = "bind=127.0.0.1,reuseaddr,fork"
    return [
      [
        "socat",
        "OPENSSL-LISTEN:\(ports.secure),\(options),verify=0,cert=\(credentials.serverBoth)",
        "TCP:127.0.0.1:\(ports.sink)",
      ],
      [
        "socat", "TCP-LISTEN:\(ports.plain),\(options)",
        "OPENSSL:127.0.0.1:\(ports.secure),cafile=\(credentials.ca),commonname=localhost",
      ],
    ]
  }

  private var stunnel: [[String]] {
    get throws {
      let server = """
        accept=127.0.0.1:\(ports.secure)
        connect=127.0.0.1:\(ports.sink)
        cert=\(credentials.serverBoth)
        """
      let client = """
        client=yes
        accept=127.0.0.1:\(ports.plain)
        connect=127.0.0.1:\(ports.secure)
        CAfile=\(credentials.ca)
        verifyChain=yes
        """
      return try [server, client].map { ["stunnel", try credentials.stunnel($0)] }
    }
  }
}

extension [Double] {
  fileprivate var median: Double { sorted()[count / 2] }
}
