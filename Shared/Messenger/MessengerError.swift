/// What Meta sent, or what we were about to send, is not what its reference allows. Never quotes a person's words.
package struct MessengerError: Error, Hashable, CustomStringConvertible {
  package enum Code: String, Sendable {
    case notAWebhook, otherObject, notAPiece
    case noRecipient, textEmpty, textTooLong, tooManyQuickReplies, quickReplyTitle, quickReplyPayload
    case notAnOutgoingMessage
  }

  package let code: Code

  package init(_ code: Code) {
    self.code = code
  }

  package var description: String { "\(what). \(remedy)" }

  private var what: String {
    switch code {
    case .notAWebhook: "Reading a webhook failed: the body has no object and entry members"
    case .otherObject: "Reading a webhook failed: it is about something other than a page"
    case .notAPiece: "Reading a webhook failed: this is neither a body nor an entry, an event or a change of one"
    case .noRecipient: "Making a message failed: it has no recipient"
    case .textEmpty: "Making a message failed: its text is empty"
    case .textTooLong: "Making a message failed: its text has 2000 characters or more"
    case .tooManyQuickReplies: "Making a message failed: it has more than 13 quick replies"
    case .quickReplyTitle: "Making a message failed: a quick reply's title is not 1 to 20 characters long"
    case .quickReplyPayload: "Making a message failed: a quick reply's payload is not 1 to 1000 characters long"
    case .notAnOutgoingMessage: "Reading a message to send failed: members are missing or of another type"
    }
  }

  package var remedy: String {
    switch code {
    case .notAWebhook: "Check that the caller is Meta's webhook."
    case .otherObject: "In the app's dashboard, subscribe this address to the Page object only."
    case .notAPiece: "Give what Meta posted, or a piece of it that names a sender, a recipient or what happened."
    case .noRecipient: "Name the person's page-scoped id."
    case .textEmpty: "Write at least one character."
    case .textTooLong: "Split the text over several messages."
    case .tooManyQuickReplies: "Offer fewer choices."
    case .quickReplyTitle, .quickReplyPayload: "Shorten it, or fill it."
    case .notAnOutgoingMessage: "Check which version wrote the job."
    }
  }
}
