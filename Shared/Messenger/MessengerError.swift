/// What Meta sent, or what we were about to send, is not what its reference allows. Never quotes a person's words.
package struct MessengerError: Error, Hashable, CustomStringConvertible {
  package enum Code: String, Sendable {
    case notAWebhook, otherObject, notAPiece
    case notAnOutgoingMessage
    /// A message breaks one of Meta's limits: `finding` tells which.
    case breaksLimit
    /// Its grounds are none: `breach` tells why.
    case unlawful
  }

  package let code: Code
  package let finding: Finding?
  package let breach: Breach?

  package init(_ code: Code) {
    self.code = code
    finding = nil
    breach = nil
  }

  package init(_ finding: Finding) {
    code = .breaksLimit
    self.finding = finding
    breach = nil
  }

  package init(_ breach: Breach) {
    code = .unlawful
    finding = nil
    self.breach = breach
  }

  /// Which part of the message, as Meta's reference calls it, such as `message.text`.
  package var field: String? { finding?.field }
  /// The limit's edge that was passed.
  package var limit: Int? { finding?.limit }
  /// How much there was: a count, never the words.
  package var value: Int? { finding?.value }

  package var description: String { "\(what). \(remedy)" }

  private var what: String {
    switch code {
    case .notAWebhook: "Reading a webhook failed: the body has no object and entry members"
    case .otherObject: "Reading a webhook failed: it is about something other than a page"
    case .notAPiece: "Reading a webhook failed: this is neither a body nor an entry, an event or a change of one"
    case .notAnOutgoingMessage: "Reading a message to send failed: members are missing or of another type"
    case .breaksLimit: "Making a message failed: \(finding?.sentence ?? "it breaks a limit of Meta's")"
    case .unlawful: "Making a message failed: \(breach?.sentence ?? "it has no grounds")"
    }
  }

  package var remedy: String {
    switch code {
    case .notAWebhook: "Check that the caller is Meta's webhook."
    case .otherObject: "In the app's dashboard, subscribe this address to the Page object only."
    case .notAPiece: "Give what Meta posted, or a piece of it that names a sender, a recipient or what happened."
    case .notAnOutgoingMessage:
      "Give one of text, attachment, template, sticker_id and action, in the form of docs/messages.md; in a job, check "
        + "which version wrote it."
    case .breaksLimit: finding?.remedy ?? ""
    case .unlawful: breach?.remedy ?? ""
    }
  }
}
