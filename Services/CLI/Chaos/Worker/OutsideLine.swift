import Glibc

/// A worker's way to the outside world: a Unix datagram socket. All workers write to the same one, and the kernel keeps
/// what was sent in the order in which it was sent, across processes.
final class OutsideLine: Sendable {
  private let descriptor: Int32
  private let slot: Int

  init(to path: String, slot: Int) throws(ToolError) {
    self.slot = slot
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    let result = UnixAddress.with(path) { connect(descriptor, $0, $1) }
    guard descriptor >= 0, result == 0 else {
      throw ToolError(code: .files, doing: "reach \(path)", cause: String(cString: strerror(errno)))
    }
  }

  /// Sends one line; waits while the parent has too many to read. Without a parent there is nothing left to do.
  func say(_ text: String) {
    let bytes = Array("\(slot) \(text)".utf8)
    while send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) < 0 {
      if errno != EINTR && errno != EAGAIN { exit(3) }
    }
  }
}

/// The monotonic clock that all processes of this machine share, in nanoseconds.
enum MachineClock {
  static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// A path as a socket's address.
enum UnixAddress {
  static func with<Result>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix($0.count - 1)) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }
}
