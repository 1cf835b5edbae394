import Foundation
import Testing

/// A channel that ends too early, for either role: what it is called, and what was delivered before.
@Suite struct KilledPeerTests {
  private let credentials: Credentials
  private let plaintext = Data((0..<40_000).map { UInt8(truncatingIfNeeded: 32 + $0 * 7 % 95) })

  init() throws {
    credentials = try Credentials()
    _ = try credentials.directory.write(plaintext, to: "data")
    _ = try credentials.directory.write(cutPeer, to: "peer.sh")
  }

  @Test(arguments: ["client", "server"], ["1.2", "1.3"])
  func `a cut is a truncation, and every whole record before it is delivered`(
    role: String, version: String
  ) throws {
    let uncut = try run(as: role, version, cutAfter: 1 << 30, input: Data())
    #expect(uncut.run.status == 0, "\(uncut.run.errors)")
    #expect(Data(uncut.run.output.utf8) == plaintext)
    let early = try #require(uncut.wire.recordsBefore(plaintext.count))
    for offset in uncut.wire.cuts(after: early) {
      let cut = try run(as: role, version, cutAfter: offset)
      let delivered = plaintext.prefix(cut.wire.plaintextCount(after: early))
      #expect(Data(cut.run.output.utf8) == delivered, "cut after \(offset)")
      let phase =
        cut.run.errors.contains("TLSv") ? "while the connection was open" : "during the handshake"
      let message = "input ended without close_notify \(phase)"
      #expect(cut.run.status == 1 && cut.wire.bytes.count == offset)
      #expect(cut.run.errors.contains(message), "cut after \(offset): \(cut.run.errors)")
    }
  }

  @Test(arguments: ["client", "server"])
  func `a peer that is killed in the middle leaves what it had sent`(role: String) throws {
    let peer = other(role)
    let run = try credentials.shell(killing, [role, options(role), peer, options(peer)])
    #expect(run.status == 1, "\(run.errors)")
    #expect(run.errors.contains("input ended without close_notify"), "\(run.errors)")
    let count = try #require(Int(run.output.trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(count >= 1 << 20)
  }

  /// Runs memtls with a peer whose channel ends after so many bytes; answers what came through it.
  /// While stdin is open, it writes nothing after the handshake that could fail before the end is seen.
  private func run(
    as role: String, _ version: String, cutAfter count: Int, input: Data? = nil
  ) throws -> (run: Command, wire: CutWire) {
    let (directory, peer) = (credentials.directory.path, other(role))
    let command = "bash \(directory)/peer.sh \(Command.memtls) \(count) --as \(peer)"
    let near = try Running(
      Command.memtls,
      [role, "exec:\(command) \(options(peer))", "--tls", version]
        + options(role).split(separator: " ").map(String.init),
      input: input, in: credentials.directory
    ).finish()
    let wire = try Data(contentsOf: URL(fileURLWithPath: directory + "/wire"))
    return (near, CutWire(bytes: [UInt8](wire), overhead: version == "1.2" ? 24 : 17))
  }

  private func other(_ role: String) -> String { role == "client" ? "server" : "client" }

  private func options(_ role: String) -> String {
    role == "client"
      ? "--servername localhost --ca \(credentials.ca)"
      : "--cert \(credentials.server) --key \(credentials.serverKey)"
  }
}

/// Sends `data`, and ends after so many bytes of ciphertext, which it keeps in `wire`.
private let cutPeer = """
  cd "${0%/*}"
  memtls=$1 count=$2
  shift 2
  exec dd bs=1 count=$count 2>dd.err \\
    < <(exec $memtls tunnel 'exec:cat data' stdio "$@" 2>peer.err) > >(exec tee wire)
  """

/// Kills the peer when a mebibyte has come, and counts what came if that is right.
private let killing = """
  mkfifo a b
  "$0" tunnel 'exec:seq 100000000' fifo:a,b --as $3 $4 2>peer.err &
  "$0" $1 fifo:b,a $2 </dev/null | { head -c 1048576; kill -KILL $!; cat; } >got
  status=$?
  cmp got <(seq 100000000 | head -c $(wc -c <got)) && wc -c <got
  exit $status
  """

/// What a peer sent before its channel was cut.
private struct CutWire {
  let bytes: [UInt8]
  /// What protection adds to a record: RFC 8446 §5.2, or AES-GCM's in TLS 1.2 (RFC 5288 §3).
  let overhead: Int

  /// How many records like the plaintext's come before it, which is so long; nil if it is not there.
  func recordsBefore(_ count: Int) -> Int? {
    let early = records.indices.first { plaintextCount(after: $0) <= count }
    return early.flatMap { plaintextCount(after: $0) == count ? $0 : nil }
  }

  /// The plaintext in whole records after so many. An alert's two bytes are none of it.
  func plaintextCount(after early: Int) -> Int {
    records.dropFirst(early).map { $0.count - 5 - overhead }.filter { $0 != 2 }.reduce(0, +)
  }

  /// Six in the handshake, the others from the first record of plaintext to the close_notify.
  func cuts(after early: Int) -> [Int] {
    let (first, second) = (records[early], records[early + 1])
    return [0, 1, 5, 60, first.lowerBound / 2, first.lowerBound - 10]
      + [first.lowerBound + 3, first.upperBound - 10, first.upperBound + 3]
      + [second.lowerBound + 5000, second.upperBound + 3, bytes.count - 10]
  }

  /// Where whole records of application data are; in TLS 1.3 all that are protected look so.
  private var records: [Range<Int>] {
    var (found, start): ([Range<Int>], Int) = ([], 0)
    while start + 5 <= bytes.count {
      let end = start + 5 + Int(bytes[start + 3]) << 8 + Int(bytes[start + 4])
      if end <= bytes.count, bytes[start] == 23 { found.append(start..<end) }
      start = end
    }
    return found
  }
}
