#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension OutputSpan<UInt8> {
  /// Appends what a call fills of the free memory; a negative answer appends nothing.
  mutating func append(_ call: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
    unsafe withUnsafeMutableBufferPointer { buffer, filled in
      let free = unsafe UnsafeMutableRawBufferPointer(
        UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
      let count = unsafe call(free)
      filled += max(0, count)
      return count
    }
  }

  /// Appends bytes for which there is room, all at once.
  mutating func append(contentsOf bytes: ArraySlice<UInt8>) {
    _ = unsafe bytes.withUnsafeBytes { bytes in
      unsafe append { free in
        unsafe free.copyMemory(from: bytes)
        return bytes.count
      }
    }
  }
}

/// read(2), which methods of that name hide.
func systemRead(_ descriptor: CInt, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  unsafe read(descriptor, buffer.baseAddress, buffer.count)
}

/// write(2), which methods of that name hide.
func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
  unsafe write(descriptor, bytes.baseAddress, bytes.count)
}

/// Makes a call of the system again as long as signals interrupt it.
func retrying(_ call: () -> Int) -> Int {
  while true {
    let result = call()
    guard result < 0, errno == EINTR else { return result }
  }
}
