import ChildProcesses
import Glibc
import TestKit

/// A request as the receiver of a test sees it.
struct ReceivedRequest: Sendable {
  var method: String
  var path: String
  /// Still escaped; empty without one.
  var query: String
  /// In their order and spelling.
  var headers: [(name: String, value: String)]
  var body: [UInt8]

  /// All values of a header in any spelling, joined as HTTP allows; nil without one.
  func header(_ name: String) -> String? {
    let values = headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    return values.isEmpty ? nil : values.joined(separator: ", ")
  }
}

struct ReceiverAnswer: Sendable {
  var status: Int
  var body: [UInt8] = []
  var type = "text/plain"
  var headers: [(String, String)] = []
}

/// HTTP on a free port of 127.0.0.1, a thread a connection, so that a handler may be as slow and as rude as it likes.
final class ReceiverServer: Sendable {
  let port: Int
  private let listener: Int32
  private let open = Watched<[Int32]>([])

  /// - Parameter handler: Nil hangs up.
  init(_ handler: @escaping @Sendable (ReceivedRequest) -> ReceiverAnswer?) {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        precondition(bind(descriptor, $0, length) == 0 && listen(descriptor, 64) == 0, "no free port")
        getsockname(descriptor, $0, &length)
      }
    }
    port = Int(in_port_t(bigEndian: address.sin_port))
    OwnThread { [open] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else {
          close(descriptor)
          return
        }
        open.change { $0.append(connection) }
        OwnThread {
          Self.serve(connection, handler)
          // Under the lock, so that nobody else ends a descriptor that has this number next.
          open.change { open in
            open.removeAll { $0 == connection }
            close(connection)
          }
        }.start()
      }
    }.start()
  }

  var url: String { "http://127.0.0.1:\(port)/webhook" }
  var witness: String { "http://127.0.0.1:\(port)/witness" }

  /// Ends every connection and takes no more.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    open.change { open in for connection in open { shutdown(connection, Int32(SHUT_RDWR)) } }
  }

  private static func serve(_ connection: Int32, _ handler: (ReceivedRequest) -> ReceiverAnswer?) {
    var input = SocketInput(connection)
    while let request = input.request() {
      guard let answer = handler(request) else { return }
      var head =
        "HTTP/1.1 \(answer.status) X\r\nContent-Type: \(answer.type)\r\nContent-Length: \(answer.body.count)\r\n"
      for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
      let bytes = Array("\(head)\r\n".utf8) + answer.body
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard count > 0 else { return }
        sent += count
      }
    }
  }
}

/// Takes requests off a socket.
private struct SocketInput {
  private let descriptor: Int32
  private var bytes: [UInt8] = []

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Nil once the client has gone, or speaks something else.
  mutating func request() -> ReceivedRequest? {
    guard let head = take(through: [13, 10, 13, 10]) else { return nil }
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
    let words = (lines.first ?? "").split(separator: " ")
    guard words.count == 3 else { return nil }
    let target = words[1].split(separator: "?", maxSplits: 1)
    let headers = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      return (String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
    }
    var request = ReceivedRequest(
      method: String(words[0]), path: String(target[0]), query: target.count > 1 ? String(target[1]) : "",
      headers: headers, body: [])
    if request.header("Transfer-Encoding") == "chunked" {
      while let line = take(through: [13, 10]) {
        guard let count = Int(String(decoding: line.dropLast(2), as: UTF8.self), radix: 16),
          let chunk = take(count + 2)
        else { return nil }
        request.body += chunk.dropLast(2)
        if count == 0 { return request }
      }
      return nil
    }
    guard let body = take(request.header("Content-Length").flatMap { Int($0) } ?? 0) else { return nil }
    request.body = body
    return request
  }

  private mutating func take(through end: [UInt8]) -> [UInt8]? {
    while true {
      if let range = bytes.firstRange(of: end) { return take(range.upperBound) }
      guard fill() else { return nil }
    }
  }

  private mutating func take(_ count: Int) -> [UInt8]? {
    while bytes.count < count { guard fill() else { return nil } }
    defer { bytes.removeFirst(count) }
    return Array(bytes[..<count])
  }

  private mutating func fill() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 128 * 1024)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { return false }
    bytes += buffer[..<count]
    return true
  }
}
