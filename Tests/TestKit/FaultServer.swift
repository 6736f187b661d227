internal import Glibc

/// A server of raw sockets on a free port of 127.0.0.1 that misbehaves as its script says: one script per connection,
/// each on a thread of its own.
package final class FaultServer: Sendable {
  package let port: Int
  private let listener: Int32
  private let state = Watched(State())

  private struct State {
    var connections: [Int32] = []
    var accepted = 0
    var requests = 0
  }

  /// `script` gets each connection with its number, from 1.
  package init(_ script: @escaping @Sendable (Connection) -> Void) {
    let listener = Self.boundSocket()
    listen(listener, 512)
    self.listener = listener
    port = Self.port(of: listener)
    startThread { [weak self] in
      while true {
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0, let self else { return }
        let number = self.state.change { state in
          state.connections.append(descriptor)
          state.accepted += 1
          return state.accepted
        }
        let connection = Connection(descriptor: descriptor, number: number, server: self)
        startThread {
          script(connection)
          connection.end()
        }
      }
    }
  }

  package var url: String { "http://127.0.0.1:\(port)" }
  package var accepted: Int { state.value.accepted }
  package var requests: Int { state.value.requests }

  /// Returns once so many requests have been read in all.
  package func hasRead(_ count: Int) async throws { try await state.until { $0.requests >= count } }

  /// Ends every connection and takes no more; may be called again.
  package func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    for descriptor in state.value.connections { shutdown(descriptor, Int32(SHUT_RDWR)) }
  }

  fileprivate func countRequest() { state.change { $0.requests += 1 } }

  /// A port of 127.0.0.1 where nothing listens.
  package static func refusedPort() -> Int {
    let descriptor = boundSocket()
    defer { close(descriptor) }
    return port(of: descriptor)
  }

  private static func boundSocket() -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    precondition(result == 0, "no free port")
    return descriptor
  }

  private static func port(of descriptor: Int32) -> Int {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}

/// One connection as a script sees it; every call blocks its own thread.
package struct Connection: Sendable {
  fileprivate let descriptor: Int32
  package let number: Int
  package let server: FaultServer

  /// The next whole request, head and body; nil once the client has gone.
  package func request() -> String? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]) {
      guard recv(descriptor, &byte, 1, 0) == 1 else { return nil }
      bytes.append(byte)
    }
    let head = String(decoding: bytes, as: UTF8.self)
    let length = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
    var left = length.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
    while left > 0, recv(descriptor, &byte, 1, 0) == 1 {
      bytes.append(byte)
      left -= 1
    }
    server.countRequest()
    return String(decoding: bytes, as: UTF8.self)
  }

  @discardableResult
  package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  @discardableResult
  package func send(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  package func answer(_ body: String, status: String = "200 OK", headers: String = "") {
    send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
  }

  /// Says nothing until the client goes or the server stops.
  package func hang() {
    var byte: UInt8 = 0
    while recv(descriptor, &byte, 1, 0) == 1 {}
  }

  fileprivate func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
