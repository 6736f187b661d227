extension WebhookEvent {
  /// What happened (Meta, "Webhook events"; `docs/events.md` says where each goes).
  package enum Kind: Sendable, Hashable {
    case message(IncomingMessage)
    case edit(MessageEdit)
    /// Taken back by whoever wrote it.
    case unsent(mid: String)
    case reaction(Reaction)
    case postback(Postback)
    case referral(Referral)
    case optIn(OptIn)
    case accountLinking(AccountLinking)
    case threadControl(ThreadControl)
    /// App id → roles, from before conversation routing.
    case appRoles([String: [String]])
    case echo(Echo)
    case delivery(Delivery)
    case read(Read)
    case policy(PolicyEnforcement)
    case feedback(CustomerFeedback)
    case responseFeedback(ResponseFeedback)
    case order(Order)
    case gamePlay(GamePlay)
    case coupon(CouponReveal)
    case customerInformation(CustomerInformation)
    case leadForm(id: String)
    /// What the person answered to a request to message them, such as `accept`.
    case messageRequest(String)
    case templateStatus(TemplateStatus)
    case comment(FeedComment)
    case label(InboxLabel)
    /// The name of the member that was found, of the changed field, such as `ratings`, or of the odd thing, such as
    /// `message.malformed`.
    case unknown(String)
  }
}

extension WebhookEvent.Kind {
  /// What the ledger calls it.
  package var name: String {
    switch self {
    case .message: "message"
    case .edit: "message_edit"
    case .unsent: "unsent"
    case .reaction: "reaction"
    case .postback: "postback"
    case .referral: "referral"
    case .optIn: "optin"
    case .accountLinking: "account_linking"
    case .threadControl(let control): control.action.member
    case .appRoles: "app_roles"
    case .echo: "echo"
    case .delivery: "delivery"
    case .read: "read"
    case .policy: "policy_enforcement"
    case .feedback: "messaging_feedback"
    case .responseFeedback: "response_feedback"
    case .order: "order"
    case .gamePlay: "game_play"
    case .coupon: "template"
    case .customerInformation: "messaging_customer_information"
    case .leadForm: "form"
    case .messageRequest: "message_request"
    case .templateStatus: "message_template_status_update"
    case .comment: "feed.comment"
    case .label: "inbox_labels"
    case .unknown(let name): name
    }
  }
}
