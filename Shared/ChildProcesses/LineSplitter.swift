/// Cuts a stream of bytes into lines, whatever pieces it arrives in.
struct LineSplitter {
  /// Bytes; what is longer is handed on in pieces.
  static let longestLine = 64 * 1024
  private var pending: [UInt8] = []

  /// The lines that these bytes complete.
  mutating func append(_ bytes: some Sequence<UInt8>) -> [String] {
    var lines: [String] = []
    for byte in bytes {
      if byte == UInt8(ascii: "\n") || pending.count >= Self.longestLine {
        lines.append(take())
        if byte == UInt8(ascii: "\n") { continue }
      }
      pending.append(byte)
    }
    return lines
  }

  /// The last line, when the stream ended without a line end.
  mutating func finish() -> String? {
    pending.isEmpty ? nil : take()
  }

  private mutating func take() -> String {
    defer { pending.removeAll(keepingCapacity: true) }
    return String(decoding: pending, as: UTF8.self)
  }
}
