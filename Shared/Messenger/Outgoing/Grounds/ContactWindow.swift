/// What is known of a person that decides which messages they may be sent. Times are milliseconds since 1970, by Meta's
/// clock. What is not known of a token or a comment is left to Meta to judge.
package struct ContactWindow: Sendable, Hashable {
  /// When they last did something that opens Meta's window; nil for who never did.
  package var lastIn: Int64?
  /// Of the token that the message goes to.
  package var token: Token?
  /// Of the comment or post that the message answers.
  package var post: Post?

  package init(lastIn: Int64?, token: Token? = nil, post: Post? = nil) {
    self.lastIn = lastIn
    self.token = token
    self.post = post
  }

  package struct Token: Sendable, Hashable {
    package var expiresAt: Int64?
    /// A one-time token is used by one message.
    package var isUsed: Bool
    /// The person wants no more of these.
    package var isStopped: Bool

    package init(expiresAt: Int64? = nil, isUsed: Bool = false, isStopped: Bool = false) {
      self.expiresAt = expiresAt
      self.isUsed = isUsed
      self.isStopped = isStopped
    }
  }

  package struct Post: Sendable, Hashable {
    package var writtenAt: Int64
    package var isAnswered: Bool

    package init(writtenAt: Int64, isAnswered: Bool = false) {
      self.writtenAt = writtenAt
      self.isAnswered = isAnswered
    }
  }
}
