package import JSON

/// What Meta would refuse of a call of the Send API, told before it is made.
package enum MetaRequest {
  /// Everything that is wrong with the body of `POST /{page}/messages`, in its order. Window, tokens and people are
  /// not looked at: they are not in the request.
  package static func validate(_ json: JSON, limits: MessageLimits = .meta) -> [Finding] {
    var walk = ShapeWalk(limits: limits)
    walk.check(json, .request, "")
    if has(json, "message") { checkType(json, &walk) } else { checkAction(json, &walk) }
    return walk.findings
  }

  /// The messaging type, its tag, and whether the message goes with them.
  private static func checkType(_ json: JSON, _ walk: inout ShapeWalk) {
    guard let type = json["messaging_type"]?.string else { return walk.note(Finding("messaging_type", .missing)) }
    let isUtility = has(json["message"], "template")
    if (type == "UTILITY") != isUtility { walk.note(Finding("messaging_type", .groundsMismatch)) }
    let tag = json["tag"]?.string
    guard type == "MESSAGE_TAG" else {
      if tag != nil { walk.note(Finding("tag", .groundsMismatch)) }
      return
    }
    guard let tag else { return walk.note(Finding("tag", .missing)) }
    if let retired = RetiredTag(tag) {
      var finding = Finding("tag", .retiredTag)
      finding.tag = retired
      walk.note(finding)
    } else if !tags.contains(tag) {
      walk.note(Finding("tag", .notAllowed, allowed: tags))
    } else if tag == "CUSTOMER_FEEDBACK",
      json["message"]?["attachment"]?["payload"]?["template_type"]?.string != FeedbackTemplate.type
    {
      walk.note(Finding("tag", .groundsMismatch))
    }
  }

  /// Sender actions go alone, and only reactions have a payload.
  private static func checkAction(_ json: JSON, _ walk: inout ShapeWalk) {
    guard let action = json["sender_action"]?.string else { return }
    for name in ["messaging_type", "tag", "notification_type", "persona_id", "reply_to", "thread_control"]
    where has(json, name) {
      walk.note(Finding(name, .mismatch))
    }
    let isReaction = action == "react" || action == "unreact"
    if isReaction != has(json, "payload") { walk.note(Finding("payload", isReaction ? .missing : .mismatch)) }
    if action == "react", has(json, "payload"), !has(json["payload"], "reaction") {
      walk.note(Finding("payload.reaction", .missing))
    }
  }

  /// Null counts as missing, as at Meta.
  private static func has(_ json: JSON?, _ name: String) -> Bool { json?[name]?.isNull == false }

  private static let tags = ["HUMAN_AGENT", "CUSTOMER_FEEDBACK"]
}
