/// What is said to a person, within Meta's limits (Meta, Send API reference): one that exists can be sent.
package struct OutgoingMessage: Sendable, Hashable {
  package enum Content: Sendable, Hashable {
    /// Fewer than 2000 UTF-16 units, not empty, with at most 13 quick replies.
    case text(String, quickReplies: [QuickReply] = [])
    case typingOn
    case typingOff
    case markSeen
  }

  /// The page-scoped id, or `ref:` and a plugin's `user_ref`.
  package let recipient: String
  package let content: Content

  package init(to recipient: String, content: Content) throws(MessengerError) {
    guard !recipient.isEmpty else { throw MessengerError(.noRecipient) }
    if case .text(let text, let quickReplies) = content {
      guard text.contains(where: { !$0.isWhitespace }) else { throw MessengerError(.textEmpty) }
      guard text.utf16.count < 2000 else { throw MessengerError(.textTooLong) }
      guard quickReplies.count <= 13 else { throw MessengerError(.tooManyQuickReplies) }
      for reply in quickReplies {
        guard (1...20).contains(reply.title.utf16.count) else { throw MessengerError(.quickReplyTitle) }
        guard (1...1000).contains(reply.payload.utf16.count) else { throw MessengerError(.quickReplyPayload) }
      }
    }
    self.recipient = recipient
    self.content = content
  }
}

/// A button under a message that vanishes after the next one; its tap comes back as a message with the payload.
package struct QuickReply: Sendable, Hashable {
  /// 1 to 20 characters.
  package var title: String
  /// 1 to 1000 characters.
  package var payload: String

  package init(title: String, payload: String) {
    self.title = title
    self.payload = payload
  }
}
