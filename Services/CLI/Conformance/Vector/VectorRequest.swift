import JSON

/// One HTTP request of a vector, before times, ids and secrets are filled in.
struct VectorRequest: Sendable {
  /// What Meta sends beside a body.
  private static let metaSignature = [
    TemplateHeader("X-Hub-Signature", "sha1={sha1}"), TemplateHeader("X-Hub-Signature-256", "sha256={sha256}"),
  ]

  let method: String
  /// After the question mark; nil without one.
  let query: String?
  /// Nil for GET.
  let body: BodyTemplate?
  let headers: [TemplateHeader]
  /// How often the very same bytes are sent.
  let times: Int
  let expected: Expectation

  init(_ json: JSON) throws(VectorFormError) {
    method = json["method"]?.string ?? "POST"
    query = json["query"]?.string
    body = method == "GET" ? nil : try BodyTemplate(json)
    times = json["sent"]?.int ?? 1
    expected = try Expectation(json)
    var all = try Self.headers(json["headers"]) ?? []
    if method != "GET" {
      if !all.contains(where: { $0.name == "Content-Type" }) {
        all.append(TemplateHeader("Content-Type", "application/json"))
      }
      all += try Self.headers(json["signature"]) ?? Self.metaSignature
    }
    headers = all
  }

  private static func headers(_ json: JSON?) throws(VectorFormError) -> [TemplateHeader]? {
    guard let json else { return nil }
    guard let list = json.array else { throw VectorFormError("headers are a list of [name, value]") }
    var headers: [TemplateHeader] = []
    for pair in list {
      guard let name = pair[0]?.string, let value = pair[1]?.string else {
        throw VectorFormError("a header is [name, value]")
      }
      headers.append(TemplateHeader(name, value))
    }
    return headers
  }
}

/// A header whose value may hold `{sha256…}` and what bodies may hold.
struct TemplateHeader: Sendable {
  let name: String
  let value: String

  init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}
