/// What is said to a person, and why that is allowed: one that exists breaks no limit of Meta's (`MessageLimit`).
/// Whether it may go *now* is `Lawfulness`' to say.
package struct OutgoingMessage: Sendable, Hashable {
  package let recipient: Recipient
  package let content: Content
  /// Has no default anywhere: who cannot say why a message is allowed does not send it.
  package let grounds: Grounds
  /// Who speaks, in the page's name (Meta, Personas API).
  package let personaID: String?
  /// The message that this one answers, by its `mid`.
  package let replyTo: String?
  package let notification: NotificationType?
  /// Who leads the thread afterwards (only with conversation routing).
  package let handOver: ThreadHandOver?

  package init(
    to recipient: Recipient, content: Content, grounds: Grounds, personaID: String? = nil, replyTo: String? = nil,
    notification: NotificationType? = nil, handOver: ThreadHandOver? = nil
  ) throws(MessengerError) {
    self.recipient = recipient
    self.content = content
    self.grounds = grounds
    self.personaID = personaID
    self.replyTo = replyTo
    self.notification = notification
    self.handOver = handOver
    if let finding = MetaRequest.validate(requestBody(metadata: nil)).first(where: \.forbidsMaking) {
      throw MessengerError(finding)
    }
  }
}

/// How loudly the person's device tells of a message.
package enum NotificationType: String, Sendable, Hashable, CaseIterable {
  /// Sound or vibration. What Meta does when nothing is said.
  case regular = "REGULAR"
  case silentPush = "SILENT_PUSH"
  case noPush = "NO_PUSH"
}

/// What becomes of the thread with a message (Meta, Conversation Routing).
package enum ThreadHandOver: Sendable, Hashable {
  /// To another app; nil is the page's default one.
  case pass(appID: String?)
  /// To nobody: the thread is idle.
  case release
}
