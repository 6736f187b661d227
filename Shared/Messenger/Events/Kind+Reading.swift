import JSON

extension WebhookEvent.Kind {
  /// The body names no type: the member that is there tells. One that is null counts only where there is no other.
  init(of item: JSON) {
    self =
      Self.first(in: item) { !$0.isNull } ?? Self.first(in: item) { $0.isNull }
      ?? .unrecognized(Self.memberName(in: item))
  }

  /// An update of the page itself, where the field names the type; nil for any other.
  init?(field: String, value: JSON) {
    switch field {
    case "feed" where value["item"]?.text == "comment":
      self = FeedComment(value).map(Self.comment) ?? .unknown("feed.comment.malformed")
    case "inbox_labels":
      self = InboxLabel(value).map(Self.label) ?? .unknown("inbox_labels.malformed")
    case "message_template_status_update", "messenger_template_status_update":
      self =
        TemplateStatus(value[field] ?? value).map(Self.templateStatus)
        ?? .unknown("message_template_status_update.malformed")
    default: return nil
    }
  }

  /// Something we do not know must not go by the name of something we do.
  static func unrecognized(_ name: String) -> Self {
    let isTaken =
      readers.contains { $0.name == name } || ["echo", "unsent", "feed.comment", "inbox_labels"].contains(name)
      || name.hasPrefix("standby.")
    return .unknown(isTaken ? "\(name).malformed" : name)
  }

  /// Whether this is a messaging event in the clothes of an update: it has a sender, or an event's member.
  static func isEvent(_ value: JSON) -> Bool {
    guard let members = value.object else { return false }
    return members["sender"] != nil || readers.contains { members[$0.member]?.object != nil }
  }

  private typealias Reader = (
    member: String, name: String, read: @Sendable (_ body: JSON, _ item: JSON) -> WebhookEvent.Kind?
  )

  private static func first(in item: JSON, where isMeant: (JSON) -> Bool) -> Self? {
    for reader in readers {
      guard let body = item[reader.member], isMeant(body) else { continue }
      return reader.read(body, item) ?? .unknown("\(reader.name).malformed")
    }
    return nil
  }

  /// In the order in which they are looked for, the frequent ones first.
  private static let readers: [Reader] = [
    ("message", "message", readMessage),
    ("delivery", "delivery", { body, _ in Delivery(body).map(Self.delivery) }),
    ("read", "read", { body, _ in Read(body).map(Self.read) }),
    ("postback", "postback", { body, _ in Postback(body).map(Self.postback) }),
    ("reaction", "reaction", { body, _ in Reaction(body).map(Self.reaction) }),
    ("message_edit", "message_edit", { body, _ in MessageEdit(body).map(Self.edit) }),
    ("referral", "referral", { body, item in Referral(body, lead: item["lead"]).map(Self.referral) }),
    ("optin", "optin", { body, _ in OptIn(body).map(Self.optIn) }),
    ("account_linking", "account_linking", { body, _ in AccountLinking(body).map(Self.accountLinking) }),
    ("pass_thread_control", "pass_thread_control", { body, _ in ThreadControl(.pass, body).map(Self.threadControl) }),
    ("take_thread_control", "take_thread_control", { body, _ in ThreadControl(.take, body).map(Self.threadControl) }),
    (
      "request_thread_control", "request_thread_control",
      { body, _ in ThreadControl(.request, body).map(Self.threadControl) }
    ),
    ("app_roles", "app_roles", readAppRoles),
    ("policy_enforcement", "policy_enforcement", { body, _ in PolicyEnforcement(body).map(Self.policy) }),
    ("policy-enforcement", "policy_enforcement", { body, _ in PolicyEnforcement(body).map(Self.policy) }),
    ("messaging_feedback", "messaging_feedback", { body, _ in CustomerFeedback(body).map(Self.feedback) }),
    ("response_feedback", "response_feedback", { body, _ in ResponseFeedback(body).map(Self.responseFeedback) }),
    ("order", "order", { body, _ in Order(body).map(Self.order) }),
    ("game_play", "game_play", { body, _ in GamePlay(body).map(Self.gamePlay) }),
    ("template", "template", readTemplate),
    (
      "messaging_customer_information", "messaging_customer_information",
      { body, _ in CustomerInformation(body).map(Self.customerInformation) }
    ),
    ("form", "form", { body, _ in body["id"]?.text.map(Self.leadForm) }),
    ("message_request", "message_request", { body, _ in body.text.map(Self.messageRequest) }),
    (
      "message_template_status_update", "message_template_status_update",
      { body, _ in TemplateStatus(body).map(Self.templateStatus) }
    ),
  ]

  private static func readMessage(_ body: JSON, beside item: JSON) -> Self? {
    guard let mid = body["mid"]?.messageID else { return nil }
    // Before the echo: a message of the page's that was taken back has the echo's id and must not pass for it.
    if body["is_deleted"].isTrue { return .unsent(mid: mid) }
    if body["is_echo"].isTrue { return .echo(Echo(mid: mid, body)) }
    return .message(IncomingMessage(mid: mid, body, beside: item))
  }

  private static func readAppRoles(_ body: JSON, beside item: JSON) -> Self? {
    guard let members = body.object, !members.isEmpty else { return nil }
    var roles: [String: [String]] = [:]
    for (app, list) in members { roles[app] = (list.array ?? [list]).compactMap(\.text) }
    return .appRoles(roles)
  }

  /// Of the templates that tell something, only the coupon is known.
  private static func readTemplate(_ body: JSON, beside item: JSON) -> Self? {
    CouponReveal(body).map(Self.coupon) ?? body["type"]?.name.map { .unknown("template.\($0)") }
  }

  private static let envelope: Set = ["sender", "recipient", "timestamp", "prior_message", "hop_context", "lead"]

  private static func memberName(in item: JSON) -> String {
    let members = item.object?.filter { !envelope.contains($0.key) } ?? []
    let member = members.first { !$0.value.isNull } ?? members.first
    return member.flatMap { JSON.string($0.key).name } ?? "unnamed"
  }
}
