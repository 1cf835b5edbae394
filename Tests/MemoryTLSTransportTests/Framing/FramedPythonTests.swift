import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// Python's ssl.MemoryBIO, and frames that Python makes and reads by itself, over pipes.
@Suite(.needs("python3")) struct FramedPythonTests {
  @Test(
    arguments: [
      Format("u8", LengthPrefixFraming(.one)), Format("u16", LengthPrefixFraming(.two)),
      Format("u32le", LengthPrefixFraming(.four, .littleEndian)),
      Format("netstring", NetstringFraming()), Format("lines", Base64LineFraming()),
    ], [true, false])
  func `ours and Python's exchange a mebibyte each way in frames`(
    format: Format, isServer: Bool
  ) async throws {
    for version in versions {
      try await exchange(
        format.framing, Settings(version), isServer: isServer, weCloseFirst: version == .tls12,
        script: peer(frames), format.testDescription)
    }
  }

  @Test(arguments: [true, false], [true, false])
  func `ours and Python's do pre-login in TDS packets and go on raw`(
    isServer: Bool, weCloseFirst: Bool
  ) async throws {
    for version in versions {
      try await exchange(
        TDSFraming(), Settings(version).longChain.rings(512), isServer: isServer,
        weCloseFirst: weCloseFirst, script: peer(packets))
    }
  }

  private func exchange(
    _ framing: any Framing, _ settings: Settings, isServer: Bool, weCloseFirst: Bool,
    script: String, _ arguments: String...
  ) async throws {
    let files = try IdentityFiles()
    let version = settings.client.versions.lowerBound
    let child = try Child(
      "python3",
      ["-c", script, isServer ? "client" : "server", version == .tls12 ? "TLSv1_2" : "TLSv1_3"]
        + [files.directory, weCloseFirst ? "second" : "first"] + arguments)
    let variant = Variant(mutual: false, weCloseFirst: weCloseFirst)
    let failure = try await apart {
      let channel = FramedTransport(
        DescriptorTransport(input: child.output, output: child.input), framing: framing)
      let stream =
        isServer
        ? try settings.serverStream(over: channel) : try settings.clientStream(over: channel)
      return Result {
        try stream.send(Text.out, until: stalled)
        #expect(try stream.receive(exactly: Text.out.count) == Text.reversedOut)
        try variant.close(stream)
        #expect(stream.engine.negotiated?.version == version)
      }
    }
    #expect(try await child.status == 0)
    try failure.get()
    withExtendedLifetime(files) {}
  }
}

/// Receives a mebibyte, sends it back reversed, and both close. How a flight is written and bytes are
/// read is for `wire` to define: send(bytes), receive() and, once the handshake is done, opened().
private func peer(_ wire: String) -> String {
  """
  import ssl, sys
  role, version, directory, turn = sys.argv[1:5]
  server = role == "server"
  context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
  context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
  context.load_verify_locations(directory + "/ca.pem")
  if server:
      context.load_cert_chain(directory + "/server.pem", directory + "/server-key.pem")
  incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
  tls = context.wrap_bio(
      incoming, outgoing, server_side=server, server_hostname=None if server else "localhost")
  source, sink = sys.stdin.buffer, sys.stdout.buffer

  def exactly(count):
      data = source.read(count)
      assert len(data) == count, "the channel has ended"
      return data

  \(wire)

  def run(call, *arguments):
      while True:
          try:
              result = call(*arguments)
          except ssl.SSLWantReadError:
              flush()
              incoming.write(receive())
          else:
              if call != tls.do_handshake:
                  flush()
              return result

  def flush():
      data = outgoing.read()
      if data:
          send(data)
          sink.flush()

  run(tls.do_handshake)
  opened()
  data = b""
  while len(data) < 1 << 20:
      data += run(tls.read, 65536)
  run(tls.write, data[::-1])
  if turn == "second":
      assert run(tls.read, 1) == b""
  run(tls.unwrap)
  """
}

private let frames = """
  import base64
  framing = sys.argv[5]
  width, order = {
      "u8": (1, "big"), "u16": (2, "big"), "u32le": (4, "little")}.get(framing, (0, ""))
  largest = {"u8": 255, "u16": 65535, "lines": 48}.get(framing, 1 << 20)

  def send(data):
      for start in range(0, len(data), largest):
          piece = data[start:start + largest]
          if width:
              sink.write(len(piece).to_bytes(width, order) + piece)
          elif framing == "netstring":
              sink.write(b"%d:%b," % (len(piece), piece))
          else:
              sink.write(base64.b64encode(piece) + b"\\r\\n")

  def receive():
      if width:
          return exactly(int.from_bytes(exactly(width), order))
      if framing == "netstring":
          digits = b""
          while (byte := exactly(1)) != b":":
              digits += byte
          assert digits == b"%d" % int(digits)
          data = exactly(int(digits))
          assert exactly(1) == b","
          return data
      line = source.readline(77)
      assert line.endswith(b"\\n") and not line.endswith(b"\\r\\n"), line
      return base64.b64decode(line[:-1], validate=True)

  opened = lambda: flush()
  """

/// MS-TDS §2.2.3.1, strictly. What ends a side's handshake is still in packets, but for the tickets of
/// a TLS 1.3 server.
private let packets = """
  import struct
  raw, message, number = False, "none", 0

  def send(data):
      global message
      if raw:
          return sink.write(data)
      assert message != "begun", "the flight has ended, its message has not"
      message = "none"
      pieces = [data[start:start + 4088] for start in range(0, len(data), 4088)]
      for index, piece in enumerate(pieces):
          last = index == len(pieces) - 1
          header = (0x12, last, 8 + len(piece), 0x1234 if server else 0, (index + 1) % 256, 0)
          sink.write(struct.pack(">BBHHBB", *header) + piece)

  def receive():
      global message, number
      if raw:
          data = source.read1(65536)
          assert data, "the channel has ended"
          return data
      assert message != "ended", "the message has ended, its flight has not"
      kind, status, length, process, packet, window = struct.unpack(">BBHHBB", exactly(8))
      number = (number + 1) % 256
      assert kind == 0x12 and status in (0, 1) and 8 < length <= 4096
      assert status == 1 or length == 4096
      assert process == 0 and packet == number and window == 0
      message = "ended" if status else "begun"
      if status:
          number = 0
      return exactly(length - 8)

  def opened():
      global raw
      assert message == "ended"
      raw = server and version == "TLSv1_3"
      flush()
      raw = True
  """
