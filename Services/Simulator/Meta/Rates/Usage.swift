import JSON

/// How far an app or a page has used up what it may call, as Meta tells it in a header of each answer (Meta, Graph API
/// rate limiting). At 100 calls are refused.
struct Usage: Sendable, Hashable {
  enum Kind: String, Sendable, CaseIterable {
    case app, page
    case business = "buc"

    var header: String {
      switch self {
      case .app: "X-App-Usage"
      case .page: "X-Page-Usage"
      case .business: "X-Business-Use-Case-Usage"
      }
    }

    var refusal: GraphError {
      switch self {
      case .app: GraphError(message: "(#4) Application request limit reached", code: 4)
      case .page: GraphError(message: "(#32) Page request limit reached", code: 32)
      case .business:
        GraphError(message: "(#80006) There have been too many messenger calls to this Page", code: 80006)
      }
    }
  }

  /// Percent.
  var calls: Int
  var time = 0
  var processorTime = 0
  /// Minutes until calls are taken again.
  var regain = 0

  var isSpent: Bool { max(calls, time, processorTime) >= 100 }

  func header(_ kind: Kind, page: String) -> (name: String, value: String) {
    let usage: JSONObject = ["call_count": JSON(calls), "total_time": JSON(time), "total_cputime": JSON(processorTime)]
    guard kind == .business else { return (kind.header, JSON.object(usage).serialized()) }
    var business: JSONObject = ["type": "messenger"]
    for member in usage { business[member.key] = member.value }
    business["estimated_time_to_regain_access"] = JSON(regain)
    return (kind.header, JSON.object([page: .array([.object(business)])]).serialized())
  }
}
