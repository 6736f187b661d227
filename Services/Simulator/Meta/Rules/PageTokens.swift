import Synchronization

/// The tokens of the pages and what became of them. A token that died is still known: Meta says why it died.
final class PageTokens: Sendable {
  /// The last path of a token, by Meta's subcode of 190 (Meta, Graph API error handling).
  enum State: String, Sendable, CaseIterable {
    case valid
    case appRemoved = "app_removed"
    case checkpoint
    case passwordChanged = "password_changed"
    case expired
    case unconfirmed
    case invalid
    case roleLost = "role_lost"

    var subcode: Int? {
      switch self {
      case .valid: nil
      case .appRemoved: 458
      case .checkpoint: 459
      case .passwordChanged: 460
      case .expired: 463
      case .unconfirmed: 464
      case .invalid: 467
      case .roleLost: 492
      }
    }
  }

  private let tokens: Mutex<[String: (page: String, state: State)]>

  init(_ pages: [Platform.Page]) {
    tokens = Mutex(Dictionary(pages.map { ($0.token, ($0.id, .valid)) }, uniquingKeysWith: { first, _ in first }))
  }

  /// The page that the token is good for.
  func page(_ token: String) throws(GraphError) -> String {
    guard let known = tokens.withLock({ $0[token] }) else { throw .badToken }
    guard known.state == .valid else {
      throw GraphError(
        message: "Error validating access token: the session is over (\(known.state.rawValue))", code: 190,
        subcode: known.state.subcode)
    }
    return known.page
  }

  /// What now holds for all tokens that the page has had.
  func set(_ state: State, page: String) {
    tokens.withLock { tokens in
      for (token, known) in tokens where known.page == page { tokens[token]?.state = state }
    }
  }

  func issue(_ token: String, page: String) {
    tokens.withLock { $0[token] = (page, .valid) }
  }
}
