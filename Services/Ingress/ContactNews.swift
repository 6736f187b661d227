import Contracts
import JSON
import Messenger

/// What ingress must know to tell what an event means for a contact.
struct ContactRules: Sendable {
  /// Our apps: what they send is no stranger's answer, and a thread that they lead is ours.
  let ownApps: Set<String>
  /// For how long the bot is silent after somebody else answered; zero: not at all.
  let takeover: Duration
}

/// What one event tells of the person it concerns, as `martlet.ingest` takes it.
struct ContactNews: Sendable, Hashable {
  struct Effects: OptionSet, Sendable, Hashable {
    let rawValue: Int

    /// Meta's window of 24 hours begins anew (Meta, Send API: standard messaging).
    static let opensWindow = Effects(rawValue: 1)
    /// Somebody whose profile we may ask for, should it not be known.
    static let wantsProfile = Effects(rawValue: 2)
    /// Somebody other than the bot answered in the page's name.
    static let isTakeover = Effects(rawValue: 4)
    /// The contact exists from now on, if it did not.
    static let makesKnown = Effects(rawValue: 8)
  }

  private(set) var effects: Effects = []
  /// The app that leads the thread from now on; empty for us, or nobody; nil where nothing changes.
  private(set) var owner: String?
  /// An opt-in, a reference that turned out to be this person, or a verdict on a template of the page's.
  private(set) var note: JSON?

  init(_ event: WebhookEvent, _ rules: ContactRules) {
    if case .templateStatus(let status) = event.kind, !event.pageID.isEmpty {
      note = ["template": status.note]
      return
    }
    guard !event.person.isEmpty, !event.pageID.isEmpty else { return }
    // Of a reference Meta tells no profile, and its opt-in opens no window.
    let isNamed = !event.person.hasPrefix("ref:")
    var members = JSONObject()
    switch event.kind {
    case .message, .postback, .referral:
      effects = .opensWindow
    case .reaction(let reaction) where reaction.isAdded:
      effects = .opensWindow
    case .optIn(let optIn):
      // Stopping is no invitation.
      let opens = isNamed && !optIn.isStopped
      effects = opens ? .opensWindow : .makesKnown
      members["optin"] = optIn.note
    case .echo(let echo):
      if !event.isStandby, rules.takeover > .zero, rules.isStranger(echo) { effects = .isTakeover }
    case .threadControl(let control):
      owner = rules.owner(after: control)
    default: break
    }
    // The copy of another app's conversation tells when the person wrote, and asks for nothing.
    if effects == .opensWindow, isNamed, !event.isStandby { effects.insert(.wantsProfile) }
    if let reference = event.userRef {
      members["ref"] = .string(reference)
      effects.insert(.makesKnown)
    }
    if !members.isEmpty { note = .object(members) }
  }
}

extension ContactRules {
  /// Whether an echo is of what neither we nor an app of ours sent: a person at the Page Inbox, or another bot.
  fileprivate func isStranger(_ echo: Echo) -> Bool {
    if echo.metadata.flatMap({ SendMetadata($0) }) != nil { return false }
    return echo.appID.map { !ownApps.contains($0) } ?? true
  }

  /// A thread is passed to an app, or to nobody in particular; it is always taken by one.
  fileprivate func owner(after control: ThreadControl) -> String? {
    switch (control.action, control.newOwner) {
    case (.request, _), (.take, nil): nil
    case (_, let app?) where !ownApps.contains(app): app
    default: ""
    }
  }
}

extension TemplateStatus {
  fileprivate var note: JSON {
    var members: JSONObject = ["status": .string(event)]
    let texts = ["id": templateID, "name": name, "language": language, "category": category, "reason": reason]
    for (name, text) in texts { members[name] = text.map { .string($0) } }
    return .object(members)
  }
}

extension OptIn {
  fileprivate var isStopped: Bool { status?.uppercased().hasPrefix("STOP") == true }

  fileprivate var note: JSON {
    var members: JSONObject = ["kind": .string(kind.name), "status": .string(isStopped ? "stopped" : "active")]
    let texts = [
      "ref": ref, "payload": payload, "token": token, "title": title, "topic": topic, "frequency": frequency,
      "timezone": timezone, "token_status": tokenStatus,
    ]
    for (name, text) in texts { members[name] = text.map { .string($0) } }
    members["expires_at"] = expiresAt.map { JSON($0) }
    return .object(members)
  }
}
