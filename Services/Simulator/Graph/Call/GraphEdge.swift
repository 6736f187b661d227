/// The parts of the Graph API that a bot calls; by these names calls are counted and faults asked for.
enum GraphEdge: String, Sendable, CaseIterable {
  case messages
  /// A node itself: a person's profile, or the page.
  case profile
  case subscribedApps = "subscribed_apps"
  case attachments = "message_attachments"
  case personas
  case messengerProfile = "messenger_profile"
  case userSettings = "custom_user_settings"
  case templates = "message_templates"
  /// Pass, take, request, release and extend.
  case threadControl = "thread_control"
  case threadOwner = "thread_owner"
  case conversations
  case notificationTokens = "notification_message_tokens"

  /// nil for a path that the Graph API does not have, or the simulator does not play.
  init?(_ path: [String], isPersona: (String) -> Bool) {
    switch path.count {
    case 1:
      let node = path[0]
      if node.hasPrefix("t_") || node.hasPrefix("m_") {
        self = .conversations
      } else {
        self = isPersona(node) ? .personas : .profile
      }
    case 2:
      if path[1].hasSuffix("_thread_control") {
        self = .threadControl
      } else if let edge = GraphEdge(rawValue: path[1]), edge != .profile, edge != .threadControl {
        self = edge
      } else {
        return nil
      }
    default: return nil
    }
  }

  /// The call's place in Meta's limits; that of a message depends on what is in it.
  var kind: CallKind {
    switch self {
    case .messengerProfile: .profile
    case .conversations: .conversation
    default: .other
    }
  }
}
