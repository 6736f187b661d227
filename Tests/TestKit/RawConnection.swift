internal import Glibc

/// A caller that sends exactly the bytes it is told to, when it is told to, and sees each byte that comes back. Blocks:
/// to be used inside of `onOwnThread`.
package final class RawConnection: Sendable {
  package struct Answer: Sendable {
    package var status: Int
    /// Names in lower case.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// Every byte of it.
    package var bytes: [UInt8]

    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
  }

  package struct Failure: Error {
    package let doing: String
    package let number: Int32
  }

  private let descriptor: Int32

  /// Nothing is waited for longer than `patience`.
  package init(port: Int, patience: Duration = .seconds(60)) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: Int(patience.components.seconds), tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var isOn: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failure(doing: "connect", number: errno) }
  }

  deinit {
    close(descriptor)
  }

  /// False once the other side is gone.
  @discardableResult
  package func send(_ bytes: some Collection<UInt8>) -> Bool {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  @discardableResult
  package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// Whether something came that was not read yet, or the end.
  package var hasNews: Bool {
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) >= 0
  }

  /// The next answer; nil when the connection ends before one is whole.
  package func answer() throws -> Answer? {
    var bytes: [UInt8] = []
    while true {
      if let answer = Self.parse(bytes) { return answer }
      guard let more = try receive() else { return nil }
      bytes += more
    }
  }

  /// Returns what still came until the connection ended.
  @discardableResult
  package func untilEnd() throws -> [UInt8] {
    var bytes: [UInt8] = []
    while let more = try receive() { bytes += more }
    return bytes
  }

  /// nil at the end, or when the other side has hung up hard.
  private func receive() throws -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 16384)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count < 0, errno != ECONNRESET { throw Failure(doing: "receive", number: errno) }
    return count > 0 ? Array(buffer.prefix(count)) : nil
  }

  /// Only answers with a length: the servers under test send no others.
  private static func parse(_ bytes: [UInt8]) -> Answer? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.firstRange(of: "\r\n\r\n")?.upperBound else { return nil }
    let lines = text[..<end].split(separator: "\r\n")
    let headers = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      return (line[..<colon].lowercased(), String(line[line.index(after: colon)...].drop { $0 == " " }))
    }
    let head = text[..<end].utf8.count
    let length = headers.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
    guard bytes.count >= head + length, let status = Int(lines[0].split(separator: " ")[1]) else { return nil }
    return Answer(
      status: status, headers: headers, body: Array(bytes[head..<head + length]),
      bytes: Array(bytes[..<(head + length)]))
  }
}
