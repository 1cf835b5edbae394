#if NIOSSL
  import NIOCore
  import NIOEmbedded
  import NIOSSL
  import NIOTLS

  /// Two embedded channels on one event loop, each with the handler of swift-nio-ssl for its end. What
  /// one has written becomes what the other has read.
  final class NIOPair {
    let client: EmbeddedChannel
    let server: EmbeddedChannel
    /// Neither end has anything to say, and what was to happen has not.
    private static let stall = Failure("NIO: no progress")
    private let clientInbox = Inbox()
    private let serverInbox = Inbox()
    private let clientHandler: NIOSSLClientHandler
    private let serverHandler: NIOSSLServerHandler

    /// Two ends that have not said anything yet, the client's verifying the server by name.
    init(_ contexts: NIOContexts) throws {
      clientHandler = try NIOSSLClientHandler(
        context: contexts.client, serverHostname: "localhost")
      serverHandler = NIOSSLServerHandler(context: contexts.server)
      client = EmbeddedChannel(handlers: [clientHandler, clientInbox], loop: contexts.loop)
      server = EmbeddedChannel(handlers: [serverHandler, serverInbox], loop: contexts.loop)
      server.connect(to: contexts.address, promise: nil)
      client.connect(to: contexts.address, promise: nil)
    }

    /// A channel and its pipeline hold one another until it is closed. Seen from the handler's context
    /// what closes is the transport, so that no close_notify is made.
    deinit {
      try? client.pipeline.syncOperations.context(handler: clientHandler).close(promise: nil)
      try? server.pipeline.syncOperations.context(handler: serverHandler).close(promise: nil)
      client.embeddedEventLoop.run()
    }

    /// Shakes hands.
    func open() throws {
      while try carryToServer() || carryToClient() {}
      guard clientInbox.isOpen, serverInbox.isOpen else { throw Self.stall }
    }

    /// Writes on the client and reads it all on the server.
    func send(_ plaintext: ByteBuffer) throws {
      let expected = serverInbox.count + plaintext.readableBytes
      client.writeAndFlush(plaintext, promise: nil)
      while serverInbox.count < expected { guard try carryToServer() else { throw Self.stall } }
    }

    /// Writes on the server and reads it all on the client.
    func answer(_ plaintext: ByteBuffer) throws {
      let expected = clientInbox.count + plaintext.readableBytes
      server.writeAndFlush(plaintext, promise: nil)
      while clientInbox.count < expected { guard try carryToClient() else { throw Self.stall } }
    }

    /// Carries what the client has written; false if that is nothing.
    func carryToServer() throws -> Bool { try Self.carry(from: client, to: server) }

    private func carryToClient() throws -> Bool { try Self.carry(from: server, to: client) }

    /// Not `writeInbound`, which makes an array of what has arrived.
    private static func carry(from: EmbeddedChannel, to: EmbeddedChannel) throws -> Bool {
      var hasMoved = false
      while let ciphertext = try from.readOutbound(as: ByteBuffer.self) {
        to.pipeline.syncOperations.fireChannelRead(NIOAny(ciphertext))
        hasMoved = true
      }
      guard hasMoved else { return false }
      to.pipeline.syncOperations.fireChannelReadComplete()
      try to.throwIfErrorCaught()
      return true
    }
  }

  /// Where plaintext ends up: counted, and dropped at once, so that its buffer can be used again.
  private final class Inbox: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private(set) var count = 0
    private(set) var isOpen = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      count += unwrapInboundIn(data).readableBytes
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { isOpen = true }
    }
  }
#endif
