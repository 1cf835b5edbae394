/// How an interface counts time: in which unit, and from when.
struct PcapngClock {
  /// Nil if it is more than fits: then no number of ticks is a nanosecond.
  private var ticksPerSecond: UInt128? = 1_000_000
  private var offset: Int64 = 0

  /// Takes what if_tsresol (9) and if_tsoffset (14) say (draft-ietf-opsawg-pcapng §4.2).
  mutating func adopt(_ option: PcapngBlock.Option, of block: PcapngBlock) throws(CaptureError) {
    var value = Fields(option.value, block.fields.order)
    switch option.code {
    case 9:
      guard option.value.count == 1, let power = value.number(UInt8.self) else {
        throw block.fault("if_tsresol of \(option.value.count) bytes, where 1 is right")
      }
      ticksPerSecond = power < 128 ? Self.powerOfTen(Int(power)) : 1 << UInt128(power & 127)
    case 14:
      guard option.value.count == 8, let seconds = value.number(Int64.self) else {
        throw block.fault("if_tsoffset of \(option.value.count) bytes, where 8 are right")
      }
      offset = seconds
    default: break
    }
  }

  /// The time after so many ticks; nil if it is beyond what can be said.
  func time(at ticks: UInt64) -> Timestamp? {
    let nanoseconds = ticksPerSecond.map { UInt128(ticks) * 1_000_000_000 / $0 } ?? 0
    let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    let (sum, overflow) = offset.addingReportingOverflow(Int64(clamping: seconds))
    return overflow ? nil : Timestamp(seconds: sum, nanoseconds: UInt32(rest))
  }

  private static func powerOfTen(_ power: Int) -> UInt128? {
    power > 38 ? nil : (0..<power).reduce(1) { product, _ in product * 10 }
  }
}

extension Timestamp {
  /// A time whose nanoseconds may be more than a second.
  init?(seconds: UInt32, carrying nanoseconds: UInt64) {
    let (more, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    self.init(seconds: Int64(seconds) + Int64(more), nanoseconds: UInt32(rest))
  }
}
