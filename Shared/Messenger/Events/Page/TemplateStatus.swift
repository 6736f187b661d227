import JSON

/// Meta's verdict on a utility template (Meta, `message_template_status_update`). Its members are taken from the
/// update of the same name for WhatsApp.
package struct TemplateStatus: Sendable, Hashable {
  /// Such as `APPROVED`, `REJECTED`, `PAUSED`.
  package var event: String
  package var templateID: String?
  package var name: String?
  package var language: String?
  package var category: String?
  package var reason: String?
}

extension TemplateStatus {
  init?(_ body: JSON) {
    guard let event = body["event"]?.text ?? body["status"]?.text else { return nil }
    func text(_ name: String) -> String? { body["message_template_\(name)"]?.text ?? body[name]?.text }
    self.init(
      event: event, templateID: text("id"), name: text("name"), language: text("language"),
      category: text("category"), reason: body["reason"]?.text)
  }
}

extension TemplateStatus: Understood {
  var understood: JSON {
    .understood([
      "event": event, "template_id": templateID, "name": name, "language": language, "category": category,
      "reason": reason,
    ])
  }
}
