public import MemoryTLS

/// A TCP stream of a capture, and the TLS connection in it, if there is one.
public struct CapturedStream: Sendable, Hashable {
  /// The stream's number in the file, from 0: the `tcp.stream` of Wireshark.
  public let number: Int
  /// When its first packet came, if the file says so.
  public let firstTime: Timestamp?
  /// How many packets it has, those without bytes too.
  public let packetCount: Int
  /// How many bytes it has each way, up to the first hole.
  public let byteCounts: ByteCounts
  /// How many of them came before TLS: a protocol that began with STARTTLS, or a proxy's CONNECT.
  public let plaintextBefore: ByteCounts
  /// Where bytes are missing: one hole each way at most, since a stream ends at its first.
  public let holes: [Hole]
  /// The flights, from the ClientHello on; nil if there is no ClientHello.
  ///
  /// Who answers a ClientHello with neither a ServerHello nor an alert has all of that in the log. The
  /// metadata have the endpoints, the file's comments, and the lines of its key log for this ClientHello:
  /// those that are well-formed, each once, 4 KiB of them at most. A connection that renegotiated has
  /// also the master secrets for its later ClientHellos, as far as they can be read.
  public internal(set) var log: FlightLog?
  /// Of the ClientHello in the log.
  let clientRandom: [UInt8]?

  private let client: SocketAddress
  private let server: SocketAddress

  /// The addresses of client and server: `127.0.0.1:50000 127.0.0.1:443`.
  ///
  /// The client is who sent the ClientHello; without TLS it is who opened the connection.
  public var endpoints: String { "\(client) \(server)" }

  /// Bytes of a stream that the capture does not have.
  public struct Hole: Sendable, Hashable {
    /// Which way they went.
    public let direction: Direction
    /// How many bytes the stream has before them, plaintext before TLS included.
    public let offset: Int
    /// How many are missing there; nil if only the other side's acknowledgements tell of them.
    public let byteCount: Int?
  }
}

/// Numbers of bytes each way.
public struct ByteCounts: Sendable, Hashable {
  /// Those of the client.
  public var clientToServer: Int
  /// Those of the server.
  public var serverToClient: Int

  /// The number for a direction.
  public subscript(direction: Direction) -> Int {
    get {
      switch direction {
      case .clientToServer: clientToServer
      case .serverToClient: serverToClient
      }
    }
    set {
      switch direction {
      case .clientToServer: clientToServer = newValue
      case .serverToClient: serverToClient = newValue
      }
    }
  }
}

extension CapturedStream {
  init(_ stream: TCPStream, number: Int) {
    let tls = TLSConversation(in: stream)
    let client = tls?.client ?? stream.opener
    self.number = number
    self.client = stream.address(of: client)
    server = stream.address(of: client.other)
    (firstTime, packetCount) = (stream.firstTime, stream.packetCount)
    byteCounts = ByteCounts(
      clientToServer: stream.byteCount(of: client),
      serverToClient: stream.byteCount(of: client.other))
    plaintextBefore = tls?.plaintextBefore ?? ByteCounts(clientToServer: 0, serverToClient: 0)
    holes = [client, client.other].compactMap { side in
      stream.hole(of: side).map {
        Hole(
          direction: side == client ? .clientToServer : .serverToClient, offset: $0.start,
          byteCount: $0.byteCount)
      }
    }
    clientRandom = tls?.clientRandom
    var log = tls?.log(of: stream)
    log?.metadata.endpoints = endpoints
    self.log = log
  }
}
