import HTTPTypes
import JSON

/// One call of the Graph API, however it came: as a request of its own, or as an item of a batch.
struct GraphCall: Sendable {
  let method: HTTPRequest.Method
  /// Without the version: `["me", "messages"]`.
  let path: [String]
  let query: [String: String]
  /// What came in the body; the members of a form may hold JSON and are parsed then.
  let body: JSON
  /// The bytes that came beside the body as `filedata`.
  let upload: Int?
  let token: String?

  init(
    method: HTTPRequest.Method, path: [String], query: [String: String], body: JSON = [:], upload: Int? = nil,
    bearer: String? = nil
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.body = body
    self.upload = upload
    token = bearer ?? query["access_token"] ?? body["access_token"]?.string
  }

  /// A parameter, in the body or in the query.
  func parameter(_ name: String) -> String? { body[name]?.text ?? query[name] }

  /// The names in a parameter such as `fields`, which comes as `a,b` or as a JSON array.
  func names(_ name: String) -> [String] {
    if let names = body[name]?.array { return names.compactMap(\.string) }
    guard let text = parameter(name) else { return [] }
    if text.hasPrefix("["), let names = (try? JSON(parsing: text))?.array { return names.compactMap(\.string) }
    return text.split(separator: ",").map(String.init)
  }
}

/// What a call gets, and whether it gets it.
struct GraphAnswer: Sendable {
  enum Fate: Sendable, Hashable {
    case answered
    /// The connection is closed without an answer.
    case dropped
    /// The connection stays open, without an answer.
    case silent
  }

  var status = 200
  var json: JSON
  var headers: [(name: String, value: String)] = []
  var fate = Fate.answered
}
