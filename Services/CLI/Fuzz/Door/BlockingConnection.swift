import Glibc

/// One TCP connection to 127.0.0.1 for bytes that no HTTP client would send. Every call blocks its own thread.
struct BlockingConnection: ~Copyable {
  /// What came back.
  struct Answer: Sendable {
    /// Nil when it does not begin as an HTTP answer does.
    let status: Int?
    let bytes: [UInt8]
    /// Whether the connection can be used again.
    let isWhole: Bool
  }

  private let descriptor: Int32

  /// Nil when nobody listens.
  init?(port: Int, limit: Int) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
    var time = timeval(tv_sec: limit, tv_usec: 0)
    var one: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      close(descriptor)
      return nil
    }
  }

  deinit { close(descriptor) }

  /// False when the other side has hung up meanwhile.
  func send(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// Says that nothing more comes.
  func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// One answer; nil when the time-out passed without a byte, an empty one when the other side hung up.
  func receive() -> Answer? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    var end: Int?
    while end.map({ bytes.count < $0 }) ?? true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EAGAIN, bytes.isEmpty { return nil }
      guard count > 0 else { return Answer(status: Self.status(bytes), bytes: bytes, isWhole: false) }
      bytes.append(contentsOf: buffer[..<count])
      if end == nil { end = Self.end(of: bytes) }
    }
    return Answer(status: Self.status(bytes), bytes: bytes, isWhole: true)
  }

  private static func status(_ bytes: [UInt8]) -> Int? {
    guard bytes.starts(with: "HTTP/1.".utf8), bytes.count >= 12 else { return nil }
    return Int(String(decoding: bytes[9..<12], as: UTF8.self))
  }

  /// Where an answer with a Content-Length ends; nil as long as its head is not whole.
  private static func end(of bytes: [UInt8]) -> Int? {
    guard let gap = bytes.firstRange(of: [13, 10, 13, 10]) else { return nil }
    let head = String(decoding: bytes[..<gap.lowerBound], as: UTF8.self).lowercased()
    let line = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
    let length = line.flatMap { Int($0.dropFirst(15).filter { $0 != " " }) } ?? 0
    return gap.upperBound + length
  }
}
