import HTTPTypes
import Hummingbird
import JSON
import Messenger
import ServiceKit

/// Why the API does not do what it was asked, as RFC 9457 has it: which field, which limit, and what to do. Never holds a
/// value that somebody sent.
struct Problem: Error, Sendable, Hashable {
  /// What went wrong, for programs. Grounds that do not allow a message have codes of their own (`Breach.code`).
  enum Code: String, Sendable, CaseIterable {
    case malformed
    case noKey = "no_key"
    case forbidden
    case noSuchRoute = "no_such_route"
    case notFound = "not_found"
    case expired
    case ended
    case bodyTooLarge = "body_too_large"
    case mediaType = "media_type"
    case missingField = "missing_field"
    case unknownField = "unknown_field"
    case invalidField = "invalid_field"
    case unknownPage = "unknown_page"
    case unknownPerson = "unknown_person"
    case ambiguousPerson = "ambiguous_person"
    case noToken = "no_token"
    case keyReused = "idempotency_key_reused"
    case `internal`
    case unavailable

    var status: HTTPResponse.Status {
      switch self {
      case .malformed: .badRequest
      case .noKey: .unauthorized
      case .forbidden: .forbidden
      case .noSuchRoute, .notFound: .notFound
      case .expired: .requestTimeout
      case .ended: .conflict
      case .bodyTooLarge: .contentTooLarge
      case .mediaType: .unsupportedMediaType
      case .missingField, .unknownField, .invalidField, .unknownPage, .unknownPerson, .ambiguousPerson, .noToken,
        .keyReused:
        .unprocessableContent
      case .internal: .internalServerError
      case .unavailable: .serviceUnavailable
      }
    }

    /// The same for every occurrence, as RFC 9457 wants it.
    var title: String {
      switch self {
      case .malformed: "The request cannot be read"
      case .noKey: "No key, or none that lets anybody in"
      case .forbidden: "The key does not allow this"
      case .noSuchRoute: "There is nothing at this address"
      case .notFound: "There is no such thing"
      case .expired: "The request did not come in time"
      case .ended: "It has ended already"
      case .bodyTooLarge: "The body is too large"
      case .mediaType: "The body is not JSON"
      case .missingField: "A field is missing"
      case .unknownField: "A field is not known"
      case .invalidField: "A field's value is not allowed"
      case .unknownPage: "The page is not known"
      case .unknownPerson: "The person is not known"
      case .ambiguousPerson: "More than one person fits"
      case .noToken: "The person gave no token"
      case .keyReused: "The idempotency key was used for something else"
      case .internal: "Something went wrong here"
      case .unavailable: "The database is away"
      }
    }
  }

  let code: String
  let status: HTTPResponse.Status
  let title: String
  /// This occurrence, in a sentence.
  let detail: String
  let remedy: String
  /// Where, such as `message.text` or `people[3].psid`.
  var field: String?
  /// The edge that was passed, and how much there was: counts, never words.
  var limit: Int?
  var value: Int?

  init(_ code: Code, _ detail: String, field: String? = nil, remedy: String) {
    self.code = code.rawValue
    status = code.status
    title = code.title
    self.detail = detail
    self.remedy = remedy
    self.field = field
  }

  /// The message breaks one of Meta's limits, or its grounds are none.
  init(_ error: MessengerError) {
    if let breach = error.breach {
      self.init(breach)
      return
    }
    self.init(
      .invalidField, error.finding?.sentence ?? "The message cannot be read", field: error.field ?? "message",
      remedy: error.remedy)
    limit = error.limit
    value = error.value
  }

  /// The message may not be sent to this person now.
  init(_ breach: Breach) {
    code = breach.code
    status = .unprocessableContent
    title = "The message may not be sent"
    detail = breach.sentence
    remedy = breach.remedy
    field = "grounds"
  }
}

extension Problem {
  var json: JSON {
    var members: JSONObject = [
      "type": .string("urn:problem-type:martlet:\(code)"), "title": .string(title), "status": JSON(status.code),
      "code": .string(code), "detail": .string(detail), "remedy": .string(remedy),
    ]
    members["field"] = field.map { .string($0) }
    members["limit"] = limit.map { JSON($0) }
    members["value"] = value.map { JSON($0) }
    members["trace_id"] = TraceContext.current.map { .string($0.traceID) }
    return .object(members)
  }

  var response: Response {
    var response = Response(json, status: status, type: "application/problem+json")
    if status == .unauthorized { response.headers[.wwwAuthenticate] = #"Bearer realm="martlet""# }
    if status == .serviceUnavailable { response.headers[.retryAfter] = "1" }
    return response
  }
}

extension Response {
  /// One JSON value; nobody on the way may keep it.
  init(_ json: JSON, status: HTTPResponse.Status, type: String = "application/json") {
    self.init(bytes: json.bytes(), status: status, type: type)
  }

  init(bytes: [UInt8], status: HTTPResponse.Status, type: String = "application/json") {
    self.init(
      status: status, headers: [.contentType: type, .cacheControl: "no-store", .xContentTypeOptions: "nosniff"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
