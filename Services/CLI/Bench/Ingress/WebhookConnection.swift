import Glibc
import SocketLoop

/// One keep-alive connection that carries a request at a time. Lives on its loop's thread.
final class WebhookConnection {
  private let loop: SocketLoop
  private let port: Int
  /// Called with the status of an answer, or with nil when the connection broke before there was one.
  private let answered: (WebhookConnection, Int?) -> Void
  private var descriptor: Int32 = -1
  private var load: WebhookLoad?
  private var unsent = 0..<0
  private var reader = AnswerReader()
  private var scratch = [UInt8](repeating: 0, count: 4096)
  /// Which request is under way.
  private(set) var request: Int?

  init(to port: Int, on loop: SocketLoop, answered: @escaping (WebhookConnection, Int?) -> Void) {
    self.port = port
    self.loop = loop
    self.answered = answered
  }

  /// On loopback it takes no time that would matter, so it may block.
  func open() throws(ToolError) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else {
      let cause = String(cString: strerror(errno))
      Glibc.close(descriptor)
      throw ToolError(code: .bench, doing: "connect to 127.0.0.1:\(port)", cause: cause)
    }
    var one: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    loop.watch(descriptor, for: .readable) { [unowned self] in ready($0) }
  }

  func close() {
    guard descriptor >= 0 else { return }
    loop.unwatch(descriptor)
    Glibc.close(descriptor)
    descriptor = -1
  }

  func send(_ request: Int, of load: WebhookLoad) {
    self.request = request
    self.load = load
    unsent = load.range(of: request)
    flush()
  }

  private func flush() {
    guard let load, !unsent.isEmpty else { return }
    let sent = load.bytes.withUnsafeBytes {
      Glibc.send(descriptor, $0.baseAddress! + unsent.lowerBound, unsent.count, Int32(MSG_NOSIGNAL))
    }
    if sent > 0 { unsent = unsent.dropFirst(sent) }
    // What went wrong is found by reading.
    loop.rewatch(descriptor, for: unsent.isEmpty ? .readable : [.readable, .writable])
  }

  private func ready(_ readiness: Readiness) {
    if readiness.contains(.writable) { flush() }
    guard readiness.contains(.readable) || readiness.contains(.closed) else { return }
    var status: Int?
    while true {
      let count = scratch.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
      if count < 0, errno == EAGAIN { break }
      guard count > 0 else { return broke() }
      status = scratch.withUnsafeBytes { reader.take(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      if count < scratch.count { break }
    }
    guard let status else { return }
    answered(self, status)
  }

  private func broke() {
    close()
    reader.reset()
    unsent = 0..<0
    answered(self, nil)
  }

  /// The request is over, whatever came of it.
  func finish() -> Int? {
    defer { request = nil }
    return request
  }
}
