import ChildProcesses
import Glibc
import Synchronization

/// Stands between the listeners and PostgreSQL, on a free port of 127.0.0.1, and can fall silent: what is open then
/// stays open, and nothing passes any more. New connections pass.
final class HalfOpenProxy: Sendable {
  private struct State {
    var accepted = 0
    var frozen = 0
  }

  let port: Int
  private let listener: Int32
  private let state = Mutex(State())

  /// - Parameter path: PostgreSQL's Unix socket.
  init(to path: String) throws(ToolError) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) + listen(descriptor, 16) + getsockname(descriptor, $0, &length)
      }
    }
    guard result == 0 else {
      throw ToolError(code: .portTaken, doing: "listen on 127.0.0.1", cause: String(cString: strerror(errno)))
    }
    listener = descriptor
    port = Int(UInt16(bigEndian: address.sin_port))
    OwnThread { [self] in
      while true {
        let client = accept(descriptor, nil, nil)
        guard client >= 0 else { return }
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        open(client, to: path)
      }
    }.start()
  }

  /// Lets nothing more pass on the connections that are open now.
  func freeze() {
    state.withLock { $0.frozen = $0.accepted }
  }

  /// Takes no more connections; those that are open end with their sides.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func open(_ client: Int32, to path: String) {
    let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard UnixAddress.with(path, { connect(server, $0, $1) }) == 0 else {
      close(client)
      close(server)
      return
    }
    let number = state.withLock { state in
      state.accepted += 1
      return state.accepted
    }
    let pair = Pair(client, server)
    OwnThread { [self] in pass(from: client, to: server, number, pair) }.start()
    OwnThread { [self] in pass(from: server, to: client, number, pair) }.start()
  }

  private func pass(from source: Int32, to target: Int32, _ number: Int, _ pair: Pair) {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = recv(source, &buffer, buffer.count, 0)
      let isFrozen = state.withLock { $0.frozen >= number }
      // A frozen side says nothing to the other, not even that it is gone.
      if isFrozen, count > 0 { continue }
      if isFrozen { break }
      guard count > 0, send(target, buffer, count, Int32(MSG_NOSIGNAL)) == count else {
        shutdown(target, Int32(SHUT_RDWR))
        break
      }
    }
    pair.release()
  }

  /// The two sockets of a connection, closed when both directions have ended.
  private final class Pair: Sendable {
    private let descriptors: [Int32]
    private let ended = Mutex(0)

    init(_ one: Int32, _ other: Int32) { descriptors = [one, other] }

    func release() {
      let isLast = ended.withLock { ended in
        ended += 1
        return ended == 2
      }
      if isLast { for descriptor in descriptors { close(descriptor) } }
    }
  }
}
