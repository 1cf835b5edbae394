import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// STARTTLS (RFC 3207) with peers that others wrote.
@Suite struct SMTPTests {
  @Test(.needs("python3"), arguments: versions)
  func `our client starts TLS with a Python server, ends it, and goes on in the clear`(
    version: ProtocolVersion
  ) async throws {
    let files = try IdentityFiles()
    let settings = try Settings(version)
    let (near, far) = try socketPair()
    let child = try Child("python3", ["-c", pythonServer, files.directory], input: far)
    defer { for end in [child.input, child.output] { try? end.close() } }
    try await apart {
      let channel = DescriptorTransport(near)
      let plain = Lines(channel)
      #expect(try plain.next() == "220 mail ready")
      try plain.send("EHLO here")
      #expect(try plain.next() == "250-mail")
      #expect(try plain.next() == "250 STARTTLS")
      try plain.send("STARTTLS")
      #expect(try plain.next() == "220 go ahead")
      let stream = TLSStream(
        try settings.clientEngine(), over: channel, initialCiphertext: plain.takeRest())
      let secure = Lines(stream)
      try secure.send("EHLO here")
      #expect(try secure.next() == "250 mail")
      try secure.send("QUIT")
      #expect(try secure.next() == "221 bye")
      #expect(try stream.receive(until: stalled) == [])
      try stream.close(until: stalled)
      let after = Lines(channel, beginning: stream.takeUnconsumedCiphertext())
      try after.send("NOOP")
      #expect(try after.next() == "250 in the clear")
      #expect(stream.engine.negotiated?.version == version)
    }
    #expect(try await child.status == 0)
    withExtendedLifetime(files) {}
  }

  @Test(.needs("openssl"), arguments: versions)
  func `s_client starts TLS with our server`(version: ProtocolVersion) async throws {
    let files = try IdentityFiles()
    let settings = try Settings(version)
    let (listener, port) = try TCP.listen()
    let child = try Child(
      "openssl",
      ["s_client", "-starttls", "smtp", "-connect", "127.0.0.1:\(port)", version.flag, "-quiet"]
        + ["-no_ign_eof", "-nocommands", "-verify_hostname", "localhost", "-verify_return_error"]
        + ["-CAfile", files.path("ca.pem")])
    defer { try? child.output.close() }
    try child.input.writeAll("NOOP\nQUIT\n".utf8)
    try await apart { try serve(listener, settings, version) }
    try child.input.close()
    let said = try await apart { try child.output.readToEnd() }
    #expect(String(decoding: said, as: UTF8.self).hasSuffix("250 OK\r\n221 bye\r\n"))
    #expect(try await child.status == 0)
    withExtendedLifetime(files) {}
  }

  @Test(.needs("python3"), arguments: versions)
  func `smtplib starts TLS with our server`(version: ProtocolVersion) async throws {
    let files = try IdentityFiles()
    let settings = try Settings(version)
    let (listener, port) = try TCP.listen()
    let child = try Child("python3", ["-c", pythonClient, "\(port)", files.path("ca.pem")])
    defer { for end in [child.input, child.output] { try? end.close() } }
    try await apart { try serve(listener, settings, version) }
    #expect(try await child.status == 0)
    withExtendedLifetime(files) {}
  }

  // RFC 3207 §4.2: "The client MUST discard any knowledge obtained from the server […] which was not
  // obtained from the TLS negotiation itself." What is glued to the answer is not plain text any more.
  @Test func `a reply that somebody glued to the last plain one is no TLS`() throws {
    let (near, far) = MemoryChannel.pair(capacity: 1000)
    _ = try near.write(Array("220 go ahead\r\n250 injected\r\n".utf8))
    let plain = Lines(far)
    #expect(try plain.next() == "220 go ahead")
    let stream = TLSStream(
      try Settings(.tls13).clientEngine(), over: far, initialCiphertext: plain.takeRest())
    #expect(streamError { try stream.handshake() }?.tls?.fault == .peer)
  }
}

/// A server of one connection: greets, starts TLS, answers until QUIT, and closes first.
private func serve(
  _ listener: FileDescriptor, _ settings: Settings, _ version: ProtocolVersion
) throws {
  let channel = DescriptorTransport(try TCP.accept(listener))
  let plain = Lines(channel)
  try plain.send("220 mail ready")
  try plain.converse(until: "STARTTLS", offering: ["250-mail", "250 STARTTLS"])
  try plain.send("220 go ahead")
  let stream = TLSStream(
    try settings.serverEngine(), over: channel, initialCiphertext: plain.takeRest())
  let secure = Lines(stream)
  try secure.converse(until: "QUIT", offering: ["250 mail"])
  #expect(stream.engine.negotiated?.version == version)
  try secure.send("221 bye")
  try stream.close(until: stalled)
  // smtplib goes without close_notify.
  _ = try? stream.receive(until: stalled)
}

/// Lines over a channel, plain or not.
private final class Lines<Channel: Transport> {
  private let channel: Channel
  private var held: [UInt8]

  init(_ channel: Channel, beginning held: [UInt8] = []) {
    self.channel = channel
    self.held = held
  }

  /// What was read behind the last line; handed over.
  func takeRest() -> [UInt8] {
    defer { held = [] }
    return held
  }

  /// The next line without its end; an issue at the end of the channel.
  func next() throws -> String {
    while true {
      if let end = held.firstIndex(of: UInt8(ascii: "\n")) {
        defer { held.removeFirst(end + 1) }
        return String(decoding: held[..<end], as: UTF8.self).filter { $0 != "\r" }
      }
      let (bytes, movement) = try channel.read()
      held += bytes
      try #require(movement != .ended, "the channel has ended")
      if movement == .wouldBlock { try wait(for: channel.readiness(for: .read), until: stalled) }
    }
  }

  func send(_ line: String) throws {
    var rest = Array("\(line)\r\n".utf8)
    while true {
      switch try channel.write(rest) {
      case .moved where rest.isEmpty: return
      case .moved(let count): rest.removeFirst(count)
      case .wouldBlock: try wait(for: channel.readiness(for: .write), until: stalled)
      case .ended: throw Errno.brokenPipe
      }
    }
  }

  /// Answers commands until this one.
  func converse(until last: String, offering greeting: [String]) throws {
    while true {
      let command = try next()
      if command.uppercased() == last { return }
      let isGreeting = command.uppercased().hasPrefix("EHLO ")
      for line in isGreeting ? greeting : ["250 OK"] { try send(line) }
    }
  }
}

private let pythonServer = """
  import socket, ssl, sys
  directory, = sys.argv[1:]
  context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
  context.load_cert_chain(directory + "/server.pem", directory + "/server-key.pem")
  channel = socket.socket(fileno=0)

  def expect(line):
      data = b""
      while not data.endswith(b"\\r\\n"):
          piece = channel.recv(1)
          assert piece, data
          data += piece
      assert data == line + b"\\r\\n", data

  channel.sendall(b"220 mail ready\\r\\n")
  expect(b"EHLO here")
  channel.sendall(b"250-mail\\r\\n250 STARTTLS\\r\\n")
  expect(b"STARTTLS")
  channel.sendall(b"220 go ahead\\r\\n")
  channel = context.wrap_socket(channel, server_side=True, suppress_ragged_eofs=False)
  expect(b"EHLO here")
  channel.sendall(b"250 mail\\r\\n")
  expect(b"QUIT")
  channel.sendall(b"221 bye\\r\\n")
  channel = channel.unwrap()
  expect(b"NOOP")
  channel.sendall(b"250 in the clear\\r\\n")
  """

private let pythonClient = """
  import smtplib, ssl, sys
  port, authorities = sys.argv[1:]
  client = smtplib.SMTP("localhost", int(port), local_hostname="here")
  client.starttls(context=ssl.create_default_context(cafile=authorities))
  assert client.noop() == (250, b"OK")
  assert client.quit() == (221, b"bye")
  """
