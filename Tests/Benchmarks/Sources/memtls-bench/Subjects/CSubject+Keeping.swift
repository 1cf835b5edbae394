import CBaseline

extension CSubject: Keeping {
  func keep(_ count: Int) throws { try check(unsafe CBaseline_Kept_open(kept, count)) }

  func move(_ size: Int) throws { try check(unsafe CBaseline_Kept_move(kept, size)) }

  /// OpenSSL's own answer: it frees the buffers of records, and the rings stay.
  func releaseIdleBuffers() throws -> Bool {
    guard settings == .matched else { return false }
    try check(unsafe CBaseline_Kept_freeBuffers(kept))
    return true
  }
}
