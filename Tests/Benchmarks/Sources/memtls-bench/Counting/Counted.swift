import CProbes

/// Does some work where callgrind counts: in a C function that it knows by name.
func counted(_ work: @escaping () throws -> Void) throws {
  let box = Box(work)
  unsafe CProbes_counted(
    { argument in
      guard let argument = unsafe argument else { return }
      unsafe Unmanaged<Box>.fromOpaque(argument).takeUnretainedValue().run()
    }, Unmanaged.passUnretained(box).toOpaque())
  if let failure = box.failure { throw failure }
}

/// What a C function can be handed.
private final class Box {
  private let work: () throws -> Void
  private(set) var failure: (any Error)?

  init(_ work: @escaping () throws -> Void) { self.work = work }

  func run() {
    do { try work() } catch { failure = error }
  }
}
