import JSON

/// An error as the Graph API words it (Meta, Graph API error handling). Most come with HTTP 400; a client decides by
/// `code` and `error_subcode`.
struct GraphError: Error, Sendable, Hashable {
  var status = 400
  var message: String
  var type = "OAuthException"
  var code: Int
  var subcode: Int?

  func json(trace: String) -> JSON {
    var error: JSONObject = ["message": .string(message), "type": .string(type), "code": JSON(code)]
    if let subcode { error["error_subcode"] = JSON(subcode) }
    error["fbtrace_id"] = .string(trace)
    return ["error": .object(error)]
  }
}

extension GraphError {
  static let badToken = GraphError(message: "Invalid OAuth access token - Cannot parse access token", code: 190)
  static let noToken = GraphError(
    message: "An active access token must be used to query information about the current user.", code: 2500)
  static let otherPage = GraphError(message: "(#10) The token is not one of this Page", code: 10)
  static let unknownPerson = GraphError(message: "(#100) No matching user found", code: 100, subcode: 2_018_001)
  static let messageAndAction = GraphError(
    message: "(#100) Cannot send both message and sender_action", code: 100, subcode: 2_018_014)
  static let emptyMessage = GraphError(
    message: "(#100) Message cannot be empty, must provide valid attachment or text", code: 100, subcode: 2_018_034)
  static let unknownPath = GraphError(message: "Unknown path components", code: 2500)

  static func badParameter(_ what: String) -> GraphError {
    GraphError(message: "(#100) \(what)", code: 100)
  }
}
