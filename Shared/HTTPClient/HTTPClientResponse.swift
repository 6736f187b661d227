/// The whole answer to one call, whatever its status.
package struct HTTPClientResponse: Sendable {
  package var status: Int
  /// As received, of the last answer (an interim 1xx is dropped); names keep the server's spelling.
  package var headers: [(String, String)]
  package var body: [UInt8]
  /// "1.0", "1.1", "2" or "3".
  package var httpVersion: String

  package init(status: Int, headers: [(String, String)] = [], body: [UInt8] = [], httpVersion: String = "1.1") {
    self.status = status
    self.headers = headers
    self.body = body
    self.httpVersion = httpVersion
  }

  /// The first header of that name in any spelling.
  package func header(_ name: String) -> String? {
    headers.first { equalIgnoringASCIICase($0.0, name) }?.1
  }

  /// The body as text, wrong UTF-8 replaced.
  package var text: String { String(decoding: body, as: UTF8.self) }
}

private func equalIgnoringASCIICase(_ left: String, _ right: String) -> Bool {
  let (left, right) = (left.utf8, right.utf8)
  guard left.count == right.count else { return false }
  return zip(left, right).allSatisfy { lowercase($0) == lowercase($1) }
}

private func lowercase(_ byte: UInt8) -> UInt8 {
  byte >= 65 && byte <= 90 ? byte | 0x20 : byte
}
