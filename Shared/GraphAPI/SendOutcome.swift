package import HTTPClient
import JSON

/// What became of one send.
package enum SendOutcome: Sendable {
  /// No `messageID` for a sender action; no `recipientID` for a plugin's reference.
  case sent(messageID: String?, recipientID: String?)
  /// Nothing was sent. `disposition` says what comes next.
  case refused(GraphError)
  /// Perhaps it was sent: only its echo can tell, so it must not simply be sent again.
  case unknown(GraphError)

  /// Why it was not sent, or may not have been.
  package var error: GraphError? {
    switch self {
    case .sent: nil
    case .refused(let error), .unknown(let error): error
    }
  }

  /// Decided by the body's numbers, not by the status: some errors come with 200 (Meta, Graph API error handling).
  package init(_ response: HTTPClientResponse) {
    let body = try? JSON(parsing: response.body)
    if body?["error"]?.object == nil, (200..<300).contains(response.status) {
      let messageID = body?["message_id"]?.text
      let recipientID = body?["recipient_id"]?.text
      if messageID != nil || recipientID != nil {
        self = .sent(messageID: messageID, recipientID: recipientID)
      } else {
        self = .unknown(
          GraphError(.sendMessage, response, GraphErrorTable.noAnswer))
      }
      return
    }
    let error = GraphError(.sendMessage, response, body: body)
    self = error.disposition == .unknown ? .unknown(error) : .refused(error)
  }

  package init(_ error: HTTPClientError) {
    self =
      error.mayHaveBeenSent
      ? .unknown(GraphError(.sendMessage, disposition: .unknown, unanswered: error))
      : .refused(GraphError(.sendMessage, disposition: .retry, unanswered: error))
  }
}
