/// A value that cannot fail to be made, for statics.
func fixture<T>(_ make: () throws -> T) -> T {
  do { return try make() } catch { preconditionFailure("a fixture cannot be made: \(error)") }
}
