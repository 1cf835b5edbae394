import Glibc
import MemoryTLSTransport
import SystemPackage
import Testing

@Suite struct TerminalSettingsTests {
  @Test func `all 256 bytes pass both ways unchanged, one by one and together`() async throws {
    let terminal = try PseudoTerminal()
    let keeper = try terminal.slave(makeAwkward)
    defer { try? keeper.close() }
    try await apart {
      let master = DescriptorTransport(terminal.master)
      let slave = try DescriptorTransport.openTerminal(terminal.path)
      let all = (0...255).map { UInt8($0) }
      for (one, other) in [(master, slave), (slave, master)] {
        for byte in all { #expect(try one.write([byte]) == .moved(1)) }
        #expect(try other.collect(256) == all)
        try send(all + all.reversed(), over: one)
        #expect(try other.collect(512) == all + all.reversed())
        #expect(try one.read().movement == .wouldBlock, "an echo")
      }
    }
  }

  @Test func `settings are put back when the transport goes`() throws {
    let terminal = try PseudoTerminal()
    defer { try? terminal.master.close() }
    let keeper = try terminal.slave(makeAwkward)
    defer { try? keeper.close() }
    let before = try keeper.terminalSettings.words
    var transport: DescriptorTransport? = try .openTerminal(terminal.path, baud: 115_200)
    let during = try keeper.terminalSettings
    #expect(during.words != before)
    #expect(during.c_lflag & tcflag_t(ICANON | ECHO | ISIG | IEXTEN) == 0)
    #expect(during.c_iflag & tcflag_t(IXON | IXOFF | ICRNL | INLCR | IGNCR | ISTRIP) == 0)
    #expect(during.c_oflag & tcflag_t(OPOST) == 0)
    #expect(during.c_cflag & tcflag_t(CSIZE) == tcflag_t(CS8))
    #expect(during.c_cflag & tcflag_t(CLOCAL | CREAD) == tcflag_t(CLOCAL | CREAD))
    #expect(try transport?.write([1]) == .moved(1))
    transport = nil
    #expect(try keeper.terminalSettings.words == before)
  }

  @Test(
    arguments: zip(
      [300, 9600, 115_200, 1_000_000], [B300, B9600, B115200, B1000000].map { speed_t($0) }))
  func `a speed is set both ways`(baud: Int, speed: speed_t) throws {
    let terminal = try PseudoTerminal()
    defer { try? terminal.master.close() }
    let transport = try DescriptorTransport.openTerminal(terminal.path, baud: baud)
    var settings = try transport.input.terminalSettings
    #expect(cfgetospeed(&settings) == speed)
    #expect(cfgetispeed(&settings) == speed)
    #expect(DescriptorTransport.baudRates.contains(baud))
  }

  @Test func `no speed leaves it as it is`() throws {
    let terminal = try PseudoTerminal()
    defer { try? terminal.master.close() }
    let keeper = try terminal.slave { _ = cfsetspeed(&$0, speed_t(B1200)) }
    defer { try? keeper.close() }
    let transport = try DescriptorTransport.openTerminal(terminal.path)
    var settings = try transport.input.terminalSettings
    #expect(cfgetospeed(&settings) == speed_t(B1200))
  }

  @Test(arguments: [0, 1, -9600, 9601, Int.max])
  func `a speed that nobody has is refused by name, and nothing changes`(baud: Int) throws {
    let terminal = try PseudoTerminal()
    defer { try? terminal.master.close() }
    let keeper = try terminal.slave(makeAwkward)
    defer { try? keeper.close() }
    let before = try keeper.terminalSettings.words
    let count = OpenFiles.all().count { FilePath($0) == terminal.path }
    let failure = openFailure { try .openTerminal(terminal.path, baud: baud) }
    #expect(failure?.description == "\(terminal.path) cannot be set to \(baud) baud")
    #expect(try keeper.terminalSettings.words == before)
    #expect(OpenFiles.all().count { FilePath($0) == terminal.path } == count)
  }

  @Test func `what is no terminal is refused by name`() throws {
    let scratch = try Scratch()
    for path in [try scratch.append([], to: "file"), try scratch.fifo("fifo")] {
      #expect(openFailure { try .openTerminal(path) } == .wrongKind(path, "is no terminal"))
    }
    for path in [scratch.directory, try scratch.socket("socket"), "/dev/null"] {
      #expect(openFailure { try .openTerminal(path) } == .wrongKind(path, "is no terminal"))
    }
    let missing = openFailure { try .openTerminal(scratch.path("missing")) }
    #expect(missing?.description == "\(scratch.path("missing")) does not exist")
    #expect(scratch.openPaths == [])
  }

  @Test func `the end of the other side is an end`() throws {
    let terminal = try PseudoTerminal()
    let slave = try DescriptorTransport.openTerminal(terminal.path)
    #expect(try slave.read().movement == .wouldBlock)
    try terminal.master.close()
    try wait(for: slave.readiness(for: .read), until: stalled)
    #expect(try slave.read().movement == .ended)
    #expect(try slave.read().movement == .ended)
  }
}

/// Everything that raw mode has to undo.
private func makeAwkward(_ settings: inout termios) {
  settings.c_iflag |= tcflag_t(IXON | IXOFF | ICRNL | ISTRIP | BRKINT)
  settings.c_oflag |= tcflag_t(OPOST | ONLCR)
  settings.c_lflag |= tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
  settings.c_cflag &= ~tcflag_t(CLOCAL)
}

private func send(_ bytes: [UInt8], over transport: DescriptorTransport) throws {
  var rest = bytes[...]
  while case .moved(let count) = try transport.write(Array(rest)) {
    rest = rest.dropFirst(count)
    if rest.isEmpty { return }
    try wait(for: transport.readiness(for: .write), until: stalled)
  }
  Issue.record("\(rest.count) bytes found no room")
}
