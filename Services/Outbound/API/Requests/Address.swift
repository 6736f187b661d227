import JSON
import Messenger
import Postgres

/// Whom a request means: on a page, a person by one of their ids, or who wrote a comment or a post.
enum Address: Sendable, Hashable {
  case psid(String)
  case appUser(String)
  case customer(String)
  case comment(String)
  case post(String)

  static let people = ["psid", "app_user_id", "customer_id"]
  static let all = people + ["comment_id", "post_id"]

  /// - Parameter names: Which of `all` may be there; exactly one must.
  init(_ fields: Fields, of names: [String] = all) throws(Problem) {
    var found: [Address] = []
    for name in names {
      guard let id = try fields.id(name) else { continue }
      switch name {
      case "psid": found.append(.psid(id))
      case "app_user_id": found.append(.appUser(id))
      case "customer_id": found.append(.customer(id))
      case "comment_id": found.append(.comment(id))
      default: found.append(.post(id))
      }
    }
    let choice = "Give exactly one of \(names.joined(separator: ", "))."
    guard let address = found.first else { throw .missing(fields.field(names[0]), choice) }
    guard found.count == 1 else { throw .invalid(fields.field(names[0]), "is not the only address", choice) }
    self = address
  }

  /// The three arguments of `martlet.api_people`. A comment's author has no id of theirs: their conversation is named by
  /// the comment.
  var psid: String? {
    switch self {
    case .psid(let id): id
    case .comment(let id): "comment:\(id)"
    case .post(let id): "post:\(id)"
    case .appUser, .customer: nil
    }
  }
  var appUser: String? { if case .appUser(let id) = self { id } else { nil } }
  var customer: String? { if case .customer(let id) = self { id } else { nil } }

  /// In a call, once it is known who the person is.
  func recipient(person: String) -> Recipient {
    switch self {
    case .comment(let id): .comment(id)
    case .post(let id): .post(id)
    case .psid, .appUser, .customer: .person(person)
    }
  }

  var field: String {
    switch self {
    case .psid: "psid"
    case .appUser: "app_user_id"
    case .customer: "customer_id"
    case .comment: "comment_id"
    case .post: "post_id"
    }
  }
}
