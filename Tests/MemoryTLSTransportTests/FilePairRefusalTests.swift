import Glibc
import MemoryTLSTransport
import SystemPackage
import Testing

/// Which files a ``FilePairTransport`` does not take, and that it leaves them as they are.
@Suite struct FilePairRefusalTests {
  @Test func `an input with bytes in it while the output is new is another conversation's`() throws
  {
    let pair = try FilePair()
    let path = try pair.scratch.append([1], to: "back")
    let failure = pairFailure { _ = try pair.near() }
    #expect(failure == .notEmpty(path))
    #expect(
      failure?.description == "\(path) is not empty: remove what is left of another conversation")
    #expect(!pair.exists("there") && !pair.exists("there.end"))
    #expect(pair.scratch.openPaths == [])
  }

  @Test func `an output with bytes in it is another conversation's`() throws {
    let pair = try FilePair()
    let path = try pair.scratch.append([1], to: "there")
    #expect(pairFailure { _ = try pair.near() } == .notEmpty(path))
    #expect(!pair.exists("there.end"))
    #expect(pair.scratch.openPaths == [])
  }

  @Test(arguments: ["there.end", "back.end"])
  func `a file that says the end is another conversation's`(name: String) throws {
    let pair = try FilePair()
    let path = try pair.scratch.append([], to: name)
    let failure = pairFailure { _ = try pair.near() }
    #expect(failure == .finished(path))
    #expect(
      failure?.description == "\(path) is there: remove what is left of another conversation")
    #expect(!pair.exists("there"))
    #expect(pair.scratch.openPaths == [])
  }

  @Test(arguments: [true, false])
  func `both sides with the paths in the same order are told to swap them`(hasBegun: Bool) throws {
    let pair = try FilePair()
    if hasBegun { try pair.scratch.append([], to: "back") }
    let first = try pair.near()
    #expect(try first.write([1]) == (hasBegun ? .moved(1) : .wouldBlock))
    let failure = pairFailure { _ = try pair.near() }
    #expect(failure == .inUse(first.output))
    #expect(
      failure?.description == """
        \(first.output) is written by somebody else: the other side takes the two paths the other \
        way round
        """)
    // Nobody said the end of the first.
    #expect(!pair.exists("there.end"))
    let second = try pair.far()
    #expect(try second.write([2]) == .moved(1))
    #expect(try first.read().bytes == [2])
  }

  @Test(arguments: [true, false])
  func `one file for both is refused, under two names as well`(isMade: Bool) throws {
    let scratch = try Scratch()
    let (path, link) = (scratch.path("file"), scratch.path("link"))
    if isMade {
      try scratch.append([], to: "file")
      #expect(symlink(path.string, link.string) == 0)
    }
    let failure = pairFailure {
      _ = try FilePairTransport(input: isMade ? link : path, output: path)
    }
    #expect(failure == .sameFile(path))
    #expect(failure?.description == "\(path) is both input and output: two files are needed")
    #expect(scratch.openPaths == [])
  }

  @Test(arguments: ["there", "back"], ["fifo", "directory", "socket", "/dev/null"])
  func `what is no regular file is refused by name`(name: String, kind: String) throws {
    let pair = try FilePair()
    let path = pair.scratch.path(name)
    switch kind {
    case "fifo": _ = try pair.scratch.fifo(name)
    case "directory": #expect(mkdir(path.string, 0o700) == 0)
    case "socket": _ = try pair.scratch.socket(name)
    default: #expect(symlink(kind, path.string) == 0)
    }
    let failure = pairFailure { _ = try pair.near() }
    #expect(failure == .notRegular(path))
    #expect(failure?.description == "\(path) is no regular file")
    #expect(pair.scratch.openPaths == [])
  }

  @Test func `an input that becomes something else before it is opened is refused too`() throws {
    let pair = try FilePair()
    let near = try pair.near()
    let path = try pair.scratch.fifo("back")
    #expect(pairFailure { _ = try near.read() } == .notRegular(path))
    #expect(pairFailure { _ = try near.write([1]) } == .notRegular(path))
    #expect(pair.scratch.openPaths == [near.output])
  }

  @Test func `a path that can never be there is an error and not a wait`() throws {
    let scratch = try Scratch()
    let file = try scratch.append([], to: "file")
    let (input, output) = (file.appending("in"), file.appending("out"))
    let good = scratch.path("good")
    let failure = pairFailure { _ = try FilePairTransport(input: good, output: output) }
    #expect(failure == .system(output, .notDirectory))
    let other = pairFailure { _ = try FilePairTransport(input: input, output: good) }
    #expect(other == .system(input, .notDirectory))
  }
}
