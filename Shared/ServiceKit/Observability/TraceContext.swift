/// Which request all this work belongs to, across processes: a W3C Trace Context (level 1, "traceparent header").
/// It travels in the `traceparent` header over HTTP, in the job payload through the queue, and in `current` within a
/// process; every log line written under it carries the two ids.
package struct TraceContext: Sendable, Hashable {
  /// 32 lower-case hex digits, not all zero.
  package let traceID: String
  /// 16 lower-case hex digits, not all zero.
  package let spanID: String
  /// Only the lowest bit has a meaning in this version: the caller may have recorded the trace.
  package let flags: UInt8

  @TaskLocal package static var current: TraceContext?

  /// A new trace, sampled.
  package static func new() -> TraceContext {
    TraceContext(traceID: hex(nonZero()) + hex(nonZero()), spanID: hex(nonZero()), flags: 1)
  }

  /// The same trace, one step further: what we call gets this as its parent.
  package func child() -> TraceContext {
    TraceContext(traceID: traceID, spanID: Self.hex(Self.nonZero()), flags: flags)
  }

  /// Strict: nil for upper case, zero ids, version `ff`, or anything after the flags in version `00`. A later version
  /// is read by its first four fields, as the standard asks.
  package init?(traceparent: String) {
    let bytes = Array(traceparent.utf8)
    guard bytes.count >= 55, bytes[2] == Self.dash, bytes[35] == Self.dash, bytes[52] == Self.dash else { return nil }
    let fields = [bytes[0..<2], bytes[3..<35], bytes[36..<52], bytes[53..<55]]
    guard fields.allSatisfy({ $0.allSatisfy(Self.isLowerHex) }) else { return nil }
    let version = String(decoding: fields[0], as: UTF8.self)
    guard version != "ff", bytes.count == 55 || (version != "00" && bytes[55] == Self.dash) else { return nil }
    guard fields[1].contains(where: { $0 != Self.zero }), fields[2].contains(where: { $0 != Self.zero }) else {
      return nil
    }
    traceID = String(decoding: fields[1], as: UTF8.self)
    spanID = String(decoding: fields[2], as: UTF8.self)
    flags = UInt8(String(decoding: fields[3], as: UTF8.self), radix: 16)! & 1
  }

  /// As version `00` writes it.
  package var traceparent: String { "00-\(traceID)-\(spanID)-\(flags & 1 == 1 ? "01" : "00")" }

  private init(traceID: String, spanID: String, flags: UInt8) {
    self.traceID = traceID
    self.spanID = spanID
    self.flags = flags
  }

  private static let dash = UInt8(ascii: "-")
  private static let zero = UInt8(ascii: "0")

  private static func isLowerHex(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  private static func nonZero() -> UInt64 {
    while true {
      let number = UInt64.random(in: .min ... .max)
      if number != 0 { return number }
    }
  }

  /// 16 digits; one of the few things done for every request and every job.
  private static func hex(_ number: UInt64) -> String {
    String(unsafeUninitializedCapacity: 16) { digits in
      for place in 0..<16 {
        let digit = UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * place)) & 15
        digits[place] = digit < 10 ? zero + digit : UInt8(ascii: "a") + digit - 10
      }
      return 16
    }
  }
}
