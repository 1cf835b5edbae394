import MemoryTLSTransport
import SystemPackage
import Testing

@testable import memtls

@Suite struct ChannelOpeningTests {
  @Test(arguments: ["fd:2", "fd:2,2", "fd:9999,2", "fd:2,9999", "fd:0,2"])
  func `stderr is never a channel`(text: String) throws {
    for streams in [StandardStreams.taken, .free] {
      #expect(
        try refusal(of: text, streams) == .usage("\(Channel(parsing: text)): stderr is for talk"))
    }
  }

  @Test(arguments: ["stdio", "fd:0", "fd:1", "fd:0,1", "fd:9999,0", "fd:1,9999"])
  func `stdin and stdout are a channel unless they are the plaintext`(text: String) throws {
    #expect(
      try refusal(of: text, .taken) == .usage("\(text): stdin and stdout are the plaintext"))
    let isOpen = !text.contains("9999")
    #expect(
      try refusal(of: text, .free) == (isOpen ? nil : .failed("descriptor 9999 is not open")))
  }

  @Test func `a channel that names no descriptors has nothing to check`() throws {
    for text in ["exec:a", "tcp:a:1", "unix:a", "fifo:a,b"] {
      #expect(try refusal(of: text, .taken) == nil)
    }
  }

  @Test func `descriptors that were inherited are not inherited further`() throws {
    let ends = try FileDescriptor.pipe()
    let channel = Channel.descriptors(input: ends.readEnd.rawValue, output: ends.writeEnd.rawValue)
    try channel.checkDescriptors(standardStreams: .taken)
    let opened = try channel.open(ConnectionOptions.parse([]), Interrupter())
    let transport = try #require(opened.transport as? DescriptorTransport)
    #expect(transport.input == ends.readEnd && transport.output == ends.writeEnd)
    #expect(ends.readEnd.isPrivate && ends.writeEnd.isPrivate)
  }

  private func refusal(of text: String, _ streams: StandardStreams) throws -> CommandFailure? {
    let channel = try Channel(parsing: text)
    do { try channel.checkDescriptors(standardStreams: streams) } catch {
      return try #require(error as? CommandFailure)
    }
    return nil
  }
}
