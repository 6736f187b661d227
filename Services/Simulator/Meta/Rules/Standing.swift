/// How one person stands with their page: what decides whether the page may write to them now.
struct Standing: Sendable, Hashable {
  /// Whether a message can reach the person at all.
  enum Reach: String, Sendable, CaseIterable {
    case reachable
    /// Blocked the page, or is gone: 551/1545041.
    case unavailable
    /// Cannot receive messages now: 10/2018108.
    case notNow = "not_now"
  }

  /// When the window last opened, in milliseconds since 1970; nil: the person never wrote.
  var lastIn: Int64?
  var reach = Reach.reachable
  var thread = Thread.ours

  /// Who leads the conversation (Meta, conversation routing).
  enum Thread: Sendable, Hashable {
    case ours
    /// Nobody: only the default app may write, and that is ours.
    case idle
    /// Another app, such as the page's inbox.
    case app(String)
  }
}

/// What allows one message outside of the window.
enum Permit: Sendable, Hashable {
  /// Of a one-time notification: good once, for a year.
  case oneTime(issued: Int64, isUsed: Bool)
  /// Of marketing messages: good until it expires or the person stops it, with a gap between two messages.
  case marketing(expires: Int64, isStopped: Bool, lastUsed: Int64?)
  /// A comment or a visitor's post: answered once, within 7 days.
  case activity(at: Int64, isAnswered: Bool)

  /// The permit after a message went out by it.
  func used(at now: Int64) -> Permit {
    switch self {
    case .oneTime(let issued, _): .oneTime(issued: issued, isUsed: true)
    case .marketing(let expires, let isStopped, _):
      .marketing(expires: expires, isStopped: isStopped, lastUsed: now)
    case .activity(let at, _): .activity(at: at, isAnswered: true)
    }
  }
}
