import Cryptography
import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// A request's body, read and bounded, with what tells it from others.
struct AskedRequest: Sendable {
  let json: JSON
  /// What the caller named it, so that asking twice makes one; nil where it named nothing.
  let idempotencyKey: String?
  /// Of method, path and body: the same bytes are the same request.
  let digest: [UInt8]

  init(_ request: Request, upTo limit: Int) async throws {
    let type = request.headers[.contentType]?.split(separator: ";").first?.lowercased()
    guard type == "application/json" else {
      throw Problem(
        .mediaType, "The body's media type is not application/json", field: "Content-Type",
        remedy: "Send 'Content-Type: application/json'.")
    }
    idempotencyKey = try Self.idempotencyKey(request.headers[values: .idempotencyKey])
    let body = try await Self.read(request, upTo: limit)
    digest = SHA256.hash(Array("\(request.method.rawValue) \(request.uri.path)\n".utf8) + body)
    do {
      json = try JSON(parsing: body, limits: JSON.Limits(depth: 32, values: 1_000_000))
    } catch {
      throw Problem(
        .malformed, "The body is not JSON: \(error.code.rawValue) at byte \(error.offset)",
        remedy: "Send one JSON object.")
    }
  }

  private static func idempotencyKey(_ values: [String]) throws(Problem) -> String? {
    guard let value = values.first else { return nil }
    guard values.count == 1, (1...255).contains(value.utf8.count), value.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
    else { throw .invalid("Idempotency-Key", "is not one of 1 to 255 visible characters", "A UUID will do.") }
    return value
  }

  private static func read(_ request: Request, upTo limit: Int) async throws -> [UInt8] {
    func tooLarge(_ bytes: Int) -> Problem {
      var problem = Problem(.bodyTooLarge, "The body is larger than \(limit) bytes", remedy: "Ask for less at a time.")
      (problem.limit, problem.value) = (limit, bytes)
      return problem
    }
    let length = request.headers[.contentLength].flatMap { Int($0) } ?? 0
    guard length <= limit else { throw tooLarge(length) }
    var body: [UInt8] = []
    body.reserveCapacity(length)
    for try await part in request.body {
      guard body.count + part.readableBytes <= limit else { throw tooLarge(body.count + part.readableBytes) }
      body.append(contentsOf: part.readableBytesView)
    }
    return body
  }
}

extension HTTPField.Name {
  static let idempotencyKey = HTTPField.Name("idempotency-key")!
  static let idempotencyReplayed = HTTPField.Name("idempotency-replayed")!
}
