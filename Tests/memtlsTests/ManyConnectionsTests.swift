import Foundation
import Testing

/// One listener and many connections of Python's ssl, with bad peers among them.
@Suite(.enabled(if: isInstalled("python3"), "needs python3"))
struct ManyConnectionsTests {
  private let credentials: Credentials

  init() throws { credentials = try Credentials() }

  @Test func `200 connections at once get their own bytes back, whatever bad peers do`() throws {
    let server = try credentials.serveTunnel()
    #expect(try drive("together", 200, server) == "200 good, 30 bad")
    let run = server.stop()
    let count = 200 << 16
    #expect(run.status == 0)
    #expect(
      run.errors.contains(
        "served 230 connections, 30 failed, sent \(count) bytes, received \(count) bytes"),
      "\(run.errors)")
  }

  @Test func `2,000 connections one after another leave no descriptor and no thread`() throws {
    let server = try credentials.serveTunnel()
    #expect(try drive("one by one", 20, server) == "20 good, 3 bad")
    let before = try ProcessStatus(of: server)
    #expect(try drive("one by one", 2000, server) == "2000 good, 300 bad")
    var now = before
    let isAsBefore = try eventually {
      now = try ProcessStatus(of: server)
      // Before, the last of the twenty may still have been on its way out.
      return now.descriptors <= before.descriptors && now.threads <= before.threads
    }
    #expect(isAsBefore, "\(now), before: \(before)")
    #expect(server.stop().errors.contains("served 2323 connections, 303 failed, "))
  }

  private func drive(_ order: String, _ count: Int, _ server: Running) throws -> String {
    let driver = try Command.run(
      "python3",
      ["-c", script, "\(try server.listeningPort())", credentials.ca, order, "\(count)"])
    #expect(driver.status == 0, "\(driver.errors)")
    return driver.output.trimmingCharacters(in: .newlines)
  }
}

/// Good clients send 64 KiB of their own and want them back; who are together stay until all have
/// them. Beside every 20 good ones come three bad: garbage, half a ClientHello, a reset.
private let script = """
  import random, socket, ssl, struct, sys, threading
  port, ca, order, count = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
  context = ssl.create_default_context(cafile=ca)
  everyone = threading.Barrier(count if order == "together" else 1, timeout=60)
  good = []

  def connect():
      return socket.create_connection(("127.0.0.1", port), timeout=60)

  def talk(number):
      data = random.Random(number).randbytes(65536)
      stream = context.wrap_socket(
          connect(), server_hostname="localhost", suppress_ragged_eofs=False)
      stream.sendall(data)
      back = b""
      while len(back) < len(data):
          back += stream.recv(65536)
      everyone.wait()
      stream.unwrap().close()
      if back == data:
          good.append(number)

  def hello():
      out = ssl.MemoryBIO()
      try:
          context.wrap_bio(ssl.MemoryBIO(), out, server_hostname="localhost").do_handshake()
      except ssl.SSLWantReadError:
          return out.read()

  def misbehave():
      for said in [random.Random(0).randbytes(300), hello()[:100], b""]:
          peer = connect()
          peer.sendall(said)
          if not said:
              peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
          peer.close()
      return 3

  bad, threads = 0, []
  for number in range(count):
      if number % 20 == 10:
          bad += misbehave()
      threads.append(threading.Thread(target=talk, args=(number,)))
      threads[-1].start()
      if order == "one by one":
          threads.pop().join()
  for thread in threads:
      thread.join()
  print(f"{len(good)} good, {bad} bad")
  """
