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
  static let noObject = GraphError(message: "Unsupported get request. Object does not exist", code: 100, subcode: 33)
  static let deletedMessage = GraphError(message: "The message was deleted", code: 9_000_001)

  static let outsideWindow = GraphError(
    message: "(#10) This message is sent outside of allowed window.", code: 10, subcode: 2_018_278)
  static let notNow = GraphError(
    message: "(#10) This person is not available right now.", code: 10, subcode: 2_018_108)
  static let unavailable = GraphError(
    message: "(#551) This person isn't available right now.", code: 551, subcode: 1_545_041)
  static let otherAppLeads = GraphError(
    message: "(#10) Message not sent: another app is controlling this thread now", code: 10, subcode: 2_018_300)
  static let stopped = GraphError(
    message: "(#10) The person has stopped these notifications", code: 10, subcode: 1_893_015)
  static let tooSoon = GraphError(
    message: "(#4) The next notification message comes too soon", code: 4, subcode: 2_018_354)
  static let answered = GraphError(message: "(#10900) Activity already replied to", code: 10900)
  static let cannotBeAnswered = GraphError(message: "(#10903) This user can't reply to this activity", code: 10903)

  static let badAttachment = GraphError(
    message: "(#100) The attachment id is not one of this Page", code: 100, subcode: 2_018_074)
  static let attachmentType = GraphError(
    message: "(#100) The attachment is of another type", code: 100, subcode: 2_018_047)
  static let attachmentTooLarge = GraphError(
    message: "(#100) The attachment size exceeds the allowable limit", code: 100, subcode: 2_018_109)
  static let notFetched = GraphError(
    message: "(#100) Failed to fetch the file from the url", code: 100, subcode: 2_018_008)
  static let videoTimeout = GraphError(
    message: "(#100) Timeout on uploading video", code: 100, subcode: 2_018_294)

  static func permission(_ name: String) -> GraphError {
    GraphError(status: 403, message: "(#10) The permission \(name) is missing", code: 10)
  }

  static func badParameter(_ what: String) -> GraphError {
    GraphError(message: "(#100) \(what)", code: 100)
  }
}
