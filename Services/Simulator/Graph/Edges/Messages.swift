import JSON

extension Graph {
  /// Whom a call reaches and what speaks for it.
  private struct Target {
    let psid: String
    let standing: Standing?
    /// The token or the comment that the permit hangs on.
    var permitID: String?
    var permit: Permit?
  }

  /// `POST /{page}/messages` (Meta, Send API reference).
  func send(_ call: GraphCall, from page: Platform.Page) throws(GraphError) -> JSON {
    try world.switches.require("pages_messaging", page: page.id)
    let send = try SendRequest(call.body)
    try world.rates.take(send.callKind, page: page.id)
    let target = target(send.recipient, page)
    try SendRules().check(send, target.standing, permit: target.permit, now: platformTime())
    let attachment = try checkAssets(send, call.upload, page)
    return accept(send, target, attachment, page)
  }

  private func target(_ recipient: Recipient, _ page: Platform.Page) -> Target {
    switch recipient {
    case .person(let psid): return Target(psid: psid, standing: world.people.standing(psid))
    case .userRef(let ref):
      let psid = "ref:" + ref
      return Target(psid: psid, standing: world.people.standing(psid))
    case .activity(let id), .oneTimeToken(let id), .notificationToken(let id):
      // Who wrote a comment need not have written to the page.
      guard let held = world.permits.permit(id, page: page.id), recipient.fits(held.permit) else {
        return Target(psid: "", standing: Standing())
      }
      let standing = world.people.standing(held.psid) ?? Standing()
      return Target(psid: held.psid, standing: standing, permitID: id, permit: held.permit)
    }
  }

  /// What the call names has to be there, and the page has to be allowed it.
  ///
  /// - Returns: The id of an attachment that is kept for later.
  private func checkAssets(
    _ send: SendRequest, _ upload: Int?, _ page: Platform.Page
  ) throws(GraphError) -> String? {
    if send.tag == "HUMAN_AGENT" { try world.switches.require("human_agent", page: page.id) }
    if let persona = send.personaID, world.personas.persona(persona, page: page.id) == nil {
      throw .badParameter("param persona_id is no persona of this Page")
    }
    switch send.message?.kind {
    case .media(let use): return try keep(use, upload, page)
    case .template(_, let attachment?):
      try world.attachments.check(attachment, type: nil, page: page.id)
    case .utility(let use):
      try world.switches.require("page_utility_messaging", page: page.id)
      try world.templates.check(use, page: page.id)
    default: break
    }
    return nil
  }

  private func accept(
    _ send: SendRequest, _ target: Target, _ attachment: String?, _ page: Platform.Page
  ) -> JSON {
    var answer = JSONObject()
    if case .userRef = send.recipient {} else { answer["recipient_id"] = .string(target.psid) }
    switch send.content {
    case .action(let action): world.replies.post(.senderAction(action.name), to: target.psid)
    case .message(let message):
      let mid = world.ids.next()
      answer["message_id"] = .string(mid)
      answer["attachment_id"] = attachment.map(JSON.string)
      let entry = world.ledger.append(Ledger.Entry(send, message, mid: mid, psid: target.psid, page: page.id))
      world.transcripts.add(
        Transcripts.Line(
          mid: mid, page: page.id, psid: target.psid, isFromPage: true, text: entry.text, at: entry.at))
      if let id = target.permitID { world.permits.change(id) { $0.used(at: entry.at) } }
      world.replies.post(.message(mid: mid, body: message.json), to: target.psid)
      world.receipts.sent(page: page, psid: target.psid, mid: mid, body: message.json)
    }
    if let control = send.threadControl { hand(control, target.psid, page) }
    return .object(answer)
  }

  private func hand(_ control: ThreadControl, _ psid: String, _ page: Platform.Page) {
    world.people.change(psid) { standing in
      if control.isRelease {
        standing.thread = .idle
      } else if let app = control.app, app != page.app {
        standing.thread = .app(app)
      }
    }
  }
}

extension SendRequest {
  /// The limit on calls that it counts against.
  var callKind: CallKind {
    if case .activity = recipient { return .privateReply }
    return message?.isMedia == true ? .media : .text
  }
}

extension Recipient {
  /// A token opens only what it was given for.
  func fits(_ permit: Permit) -> Bool {
    switch (self, permit) {
    case (.activity, .activity), (.oneTimeToken, .oneTime), (.notificationToken, .marketing): true
    default: false
    }
  }
}
