import HTTPTypes
import JSON

extension Graph {
  /// Several calls in one (Meta, batch requests): answered one after the other, each counted as a call of its own. What
  /// is dropped or silent is null, as what Meta did not finish.
  func batch(_ call: GraphCall) async -> GraphAnswer {
    let limit = LimitTable<PlatformLimit>.meta[.batch]
    guard let items = call.body["batch"]?.array, limit.contains(items.count) else {
      let error = GraphError.badParameter("param batch must have \(limit.lowerBound) to \(limit.upperBound) elements")
      return GraphAnswer(status: error.status, json: error.json(trace: world.ids.next()))
    }
    let withHeaders = call.parameter("include_headers") != "false" && call.body["include_headers"]?.bool != false
    var answers: [JSON] = []
    for item in items {
      let answer = await self.answer(Self.call(item, token: call.token))
      let isOmitted = item["omit_response_on_success"]?.bool == true && answer.status == 200
      answers.append(answer.fate == .answered && !isOmitted ? Self.entry(answer, withHeaders) : .null)
    }
    return GraphAnswer(json: .array(answers))
  }

  /// - Parameter token: for an item without one.
  private static func call(_ item: JSON, token: String?) -> GraphCall {
    let parts = (item["relative_url"]?.string ?? "").split(separator: "?", maxSplits: 1)
    var path = parts.first?.split(separator: "/").map(String.init) ?? []
    if path.first?.first == "v", path.first?.contains(".") == true { path.removeFirst() }
    var query: [String: String] = [:]
    for (name, value) in GraphBody.form(parts.count > 1 ? String(parts[1]) : "").object ?? [:] {
      query[name] = value.text ?? value.serialized()
    }
    let body = GraphBody.form(item["body"]?.string ?? "")
    let own = query["access_token"] ?? body["access_token"]?.string
    return GraphCall(
      method: HTTPRequest.Method(item["method"]?.string ?? "GET") ?? .get, path: path, query: query, body: body,
      bearer: own ?? token)
  }

  private static func entry(_ answer: GraphAnswer, _ withHeaders: Bool) -> JSON {
    var entry: JSONObject = ["code": JSON(answer.status)]
    if withHeaders {
      entry["headers"] = .array(
        answer.headers.map { ["name": .string($0.name), "value": .string($0.value)] })
    }
    entry["body"] = .string(answer.json.serialized())
    return .object(entry)
  }
}
