internal import Glibc
internal import Synchronization

/// Stands between a client and a PostgreSQL on a Unix socket, on a free port of 127.0.0.1, and can fall silent: the
/// connections that are open stay so, and nothing passes any more. New ones pass.
package final class FreezingProxy: Sendable {
  private struct State {
    var descriptors: [Int32] = []
    var accepted = 0
    var frozen = 0
    var isStopped = false
  }

  package let url: String
  private let listener: Int32
  private let state = Mutex(State())

  package var accepted: Int { state.withLock { $0.accepted } }

  /// - Parameter url: As TestKit gives it, with the folder of the socket as `host` and its number as `port`.
  package init(to url: String) throws {
    let (listener, port) = try Self.listen()
    self.listener = listener
    let target = Self.parts(of: url)
    self.url = "postgresql://\(target.user)@127.0.0.1:\(port)/\(target.database)"
    let path = "\(target.folder)/.s.PGSQL.\(target.port)"
    startThread { [weak self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0, let self else { return }
        let server = Self.connect(to: path)
        let number = self.state.withLock { state in
          state.descriptors += [client, server]
          state.accepted += 1
          return state.accepted
        }
        startThread { self.pass(from: client, to: server, number) }
        startThread { self.pass(from: server, to: client, number) }
      }
    }
  }

  /// Lets nothing more pass on the connections that are open now.
  package func freeze() {
    state.withLock { $0.frozen = $0.accepted }
  }

  /// Ends every connection and takes no more; may be called again.
  package func stop() {
    let open = state.withLock { state in
      defer {
        state.descriptors = []
        state.isStopped = true
      }
      return state.isStopped ? [] : state.descriptors + [listener]
    }
    for descriptor in open { shutdown(descriptor, Int32(SHUT_RDWR)) }
    if !open.isEmpty { close(listener) }
  }

  private func pass(from source: Int32, to target: Int32, _ number: Int) {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = recv(source, &buffer, buffer.count, 0)
      let isFrozen = state.withLock { $0.frozen >= number }
      // A frozen side says nothing to the other, not even that it is gone.
      if isFrozen, count > 0 { continue }
      if isFrozen { return }
      guard count > 0, send(target, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
    }
    shutdown(target, Int32(SHUT_RDWR))
  }

  private static func parts(of url: String) -> (user: Substring, database: Substring, folder: String, port: Substring) {
    let rest = url.split(separator: "//", maxSplits: 1)[1].split(separator: "?")
    let place = rest[0].split(separator: "@")
    let options = rest[1].split(separator: "&").map { $0.split(separator: "=") }
    let host = options.first { $0[0] == "host" }![1]
    return (
      place[0], place[1].dropFirst(), String(host).replacing("%2F", with: "/").replacing("%2f", with: "/"),
      options.first { $0[0] == "port" }![1]
    )
  }

  private struct SocketError: Error { let number = errno }

  private static func listen() throws -> (Int32, Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) + Glibc.listen(descriptor, 16) + getsockname(descriptor, $0, &length)
      }
    }
    guard result == 0 else { throw SocketError() }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }

  private static func connect(to path: String) -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix($0.count - 1)) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    precondition(result == 0, "no PostgreSQL at \(path)")
    return descriptor
  }
}
