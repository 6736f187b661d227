import JSON

/// Which answers pass.
struct Expectation: Sendable {
  enum Status: Sendable, Hashable, CustomStringConvertible {
    case exactly(Int)
    /// 4xx but 408 (too slow) and 429 (too busy): these say nothing about the request.
    case refusal

    func allows(_ status: Int) -> Bool {
      switch self {
      case .exactly(let expected): status == expected
      case .refusal: (400...499).contains(status) && status != 408 && status != 429
      }
    }

    var description: String {
      switch self {
      case .exactly(let status): "\(status)"
      case .refusal: "4xx"
      }
    }
  }

  let statuses: [Status]
  /// The answer's whole body.
  let body: String?
  /// The media type, without parameters.
  let contentType: String?
  /// What the answer must not hold.
  let without: String?

  init(_ json: JSON) throws(VectorFormError) {
    let expect = json["expect"]
    let isRefused = json["refused"]?.bool == true
    var statuses: [Status] = []
    for text in expect?["status"]?.array?.compactMap(\.string) ?? [isRefused ? "4xx" : "200"] {
      guard text != "4xx" else {
        statuses.append(.refusal)
        continue
      }
      guard let status = Int(text) else { throw VectorFormError("\(text) is no status") }
      statuses.append(.exactly(status))
    }
    self.statuses = statuses
    body = expect?["body"]?.string
    contentType = expect?["type"]?.string
    without = expect?["without"]?.string
  }

  /// Why the answer does not pass; nil when it does.
  func failure(of answer: ReceivedAnswer) -> String? {
    guard statuses.contains(where: { $0.allows(answer.status) }) else {
      return "answered \(answer.status) instead of \(statuses.map(\.description).joined(separator: " or "))"
    }
    if let body, answer.body != Array(body.utf8) {
      return "answered another body (\(answer.body.count) bytes) than the \(body.utf8.count) bytes that were asked for"
    }
    if let contentType, answer.contentType != contentType {
      return "answered as \(answer.contentType ?? "no type") instead of \(contentType)"
    }
    if let without, answer.holds(without) { return "repeated the challenge" }
    return nil
  }
}
