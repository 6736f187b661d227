import JSON

/// A person allows messages that they did not just ask for (Meta, `messaging_optins`).
package struct OptIn: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// The Send to Messenger button.
    case plugin
    /// The checkbox: names no person, only `userRef`.
    case checkbox
    /// One message later on, by `token`.
    case oneTime
    /// Marketing messages, by `token`, until the person stops them.
    case marketing
    /// As Meta wrote it.
    case other(String)
  }

  package var kind: Kind
  /// What the page put into the plugin.
  package var ref: String?
  package var userRef: String?
  package var payload: String?
  /// Stands for the person when sending. A secret: never in a log.
  package var token: String?
  package var title: String?
  package var topic: String?
  /// `DAILY`, `WEEKLY` or `MONTHLY`, before Graph API v16.0.
  package var frequency: String?
  package var timezone: String?
  /// Milliseconds since 1970.
  package var expiresAt: Int64?
  /// `REFRESHED` or `NOT_REFRESHED`.
  package var tokenStatus: String?
  /// `STOP_NOTIFICATIONS` or `RESUME_NOTIFICATIONS`, whichever way Meta spells the space; absent for an opt-in.
  package var status: String?

  package init(
    kind: Kind, ref: String? = nil, userRef: String? = nil, payload: String? = nil, token: String? = nil,
    title: String? = nil, topic: String? = nil, frequency: String? = nil, timezone: String? = nil,
    expiresAt: Int64? = nil, tokenStatus: String? = nil, status: String? = nil
  ) {
    self.kind = kind
    self.ref = ref
    self.userRef = userRef
    self.payload = payload
    self.token = token
    self.title = title
    self.topic = topic
    self.frequency = frequency
    self.timezone = timezone
    self.expiresAt = expiresAt
    self.tokenStatus = tokenStatus
    self.status = status
  }
}

extension OptIn {
  init?(_ body: JSON) {
    guard body.hasMembers else { return nil }
    let userRef = body["user_ref"]?.identifier
    let status = body["notification_messages_status"]?.text
    self.init(
      kind: Kind(body["type"]?.text, userRef: userRef), ref: body["ref"]?.text, userRef: userRef,
      payload: body["payload"]?.text,
      token: body["notification_messages_token"]?.text ?? body["one_time_notif_token"]?.text,
      title: body["title"]?.text, topic: body["notification_messages_topic"]?.text,
      frequency: body["notification_messages_frequency"]?.text,
      timezone: body["notification_messages_timezone"]?.text,
      expiresAt: body["token_expiry_timestamp"]?.milliseconds, tokenStatus: body["user_token_status"]?.text,
      status: status.map { String($0.map { $0 == " " ? "_" : $0 }) })
  }
}

extension OptIn.Kind {
  fileprivate init(_ type: String?, userRef: String?) {
    self =
      switch type {
      case "one_time_notif_req": .oneTime
      case "notification_messages": .marketing
      case let type?: .other(type)
      case nil: userRef == nil ? .plugin : .checkbox
      }
  }

  package var name: String {
    switch self {
    case .plugin: "plugin"
    case .checkbox: "checkbox"
    case .oneTime: "one_time"
    case .marketing: "marketing"
    case .other(let type): type
    }
  }
}

extension OptIn: Understood {
  var understood: JSON {
    .understood([
      "kind": kind.name, "ref": ref, "user_ref": userRef, "payload": payload, "token": token, "title": title,
      "topic": topic, "frequency": frequency, "timezone": timezone, "expires_at": expiresAt,
      "token_status": tokenStatus, "status": status,
    ])
  }
}
