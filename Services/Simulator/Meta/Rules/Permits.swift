import Cryptography
import JSON
import Synchronization

/// The tokens that people gave and the comments they wrote: each allows a page messages outside of the window.
final class Permits: Sendable {
  struct Held: Sendable, Hashable {
    let page: String
    let psid: String
    var permit: Permit
  }

  private let held = Mutex<[String: Held]>([:])

  /// A token that is good for `permit`.
  func issue(_ permit: Permit, page: String, psid: String) -> String {
    let token = Hex.encode(randomBytes(16))
    set(token, Held(page: page, psid: psid, permit: permit))
    return token
  }

  func set(_ id: String, _ value: Held) { held.withLock { $0[id] = value } }

  func permit(_ id: String, page: String) -> Held? {
    held.withLock { $0[id] }.flatMap { $0.page == page ? $0 : nil }
  }

  func change(_ id: String, _ change: (Permit) -> Permit) {
    held.withLock { held in
      if let permit = held[id]?.permit { held[id]?.permit = change(permit) }
    }
  }

  /// The person's word that marketing messages shall stop, or go on.
  func stop(_ isStopped: Bool, psid: String) {
    held.withLock { held in
      for (id, value) in held where value.psid == psid {
        guard case .marketing(let expires, _, let lastUsed) = value.permit else { continue }
        held[id]?.permit = .marketing(expires: expires, isStopped: isStopped, lastUsed: lastUsed)
      }
    }
  }

  /// `GET /{page}/notification_message_tokens`.
  func marketingTokens(page: String) -> [JSON] {
    held.withLock { $0 }.sorted { $0.key < $1.key }.compactMap { token, value in
      guard value.page == page, case .marketing(let expires, let isStopped, _) = value.permit else { return nil }
      return [
        "notification_messages_token": .string(token), "recipient_id": .string(value.psid),
        "token_expiry_timestamp": JSON(expires), "user_token_status": isStopped ? "STOPPED" : "NOT_REFRESHED",
      ]
    }
  }
}
