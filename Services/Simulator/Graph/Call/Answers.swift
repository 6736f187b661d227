import HTTPTypes
import Hummingbird
import JSON
import NIOCore

extension Response {
  /// A JSON answer.
  init(_ json: JSON, status: HTTPResponse.Status = .ok) {
    self.init(bytes: json.bytes(), type: "application/json; charset=utf-8", status: status)
  }

  init(bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok) {
    self.init(
      status: status, headers: [.contentType: type, .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}

extension Request {
  /// Bodies of this server's callers; more is refused by Hummingbird with 413.
  private static let maximumBody = 1 << 20

  /// The body as JSON; an empty body is an empty object.
  func json() async throws -> JSON {
    let buffer = try await body.collect(upTo: Self.maximumBody)
    guard buffer.readableBytes > 0 else { return [:] }
    do {
      return try buffer.withUnsafeReadableBytes { try JSON(parsing: $0) }
    } catch {
      throw ControlError("the body is not JSON")
    }
  }

  var queries: [String: String] {
    Dictionary(uri.queryParameters.map { (String($0.key), String($0.value)) }, uniquingKeysWith: { first, _ in first })
  }

  func query(_ name: String) -> String? { uri.queryParameters[name[...]].map(String.init) }

  /// The token of `Authorization: Bearer`.
  var bearer: String? {
    guard let value = headers[.authorization], value.hasPrefix("Bearer ") else { return nil }
    return String(value.dropFirst(7))
  }
}
