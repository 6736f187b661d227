/// Finds the status of an HTTP/1.1 answer in what a socket brings. Only answers that tell their length.
struct AnswerReader {
  private var bytes: [UInt8] = []

  /// The status, once the whole answer is there.
  mutating func take(_ chunk: UnsafeRawBufferPointer) -> Int? {
    bytes.append(contentsOf: chunk)
    guard let head = endOfHead, bytes.count >= head + contentLength(upTo: head) else { return nil }
    // "HTTP/1.1 200".
    let status = bytes[9..<12].reduce(0) { $0 * 10 + Int($1) - Int(UInt8(ascii: "0")) }
    bytes.removeAll(keepingCapacity: true)
    return status
  }

  /// Forgets a half of an answer, because its connection broke.
  mutating func reset() { bytes.removeAll(keepingCapacity: true) }

  private var endOfHead: Int? {
    guard bytes.count >= 16 else { return nil }
    for place in 12...bytes.count - 4
    where bytes[place] == 13 && bytes[place + 1] == 10 && bytes[place + 2] == 13 && bytes[place + 3] == 10 {
      return place + 4
    }
    return nil
  }

  private func contentLength(upTo head: Int) -> Int {
    var line = 0
    while let end = bytes[line..<head].firstIndex(of: 13) {
      let field = bytes[line..<end]
      if field.count > Self.name.count, zip(field, Self.name).allSatisfy({ $0 | 0x20 == $1 }) {
        return field.dropFirst(Self.name.count).reduce(0) { $1 == 32 ? $0 : $0 * 10 + Int($1) - 48 }
      }
      line = end + 2
    }
    return 0
  }

  // The colon's bit 0x20 is set already, and so is the hyphen's.
  private static let name = Array("content-length:".utf8)
}
