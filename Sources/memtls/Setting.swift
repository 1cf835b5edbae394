import MemoryTLS

/// What adds something to a configuration. It is asked again whenever SIGHUP has everything loaded
/// anew.
protocol Setting: Sendable {
  func apply(to configuration: inout TLSConfiguration) throws
}
