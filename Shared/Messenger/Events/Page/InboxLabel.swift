import JSON

/// A label that was put on a person or taken off in the inbox (Meta, Page field `inbox_labels`).
package struct InboxLabel: Sendable, Hashable {
  /// `add` or `remove`.
  package var action: String
  package var userID: String?
  package var labelID: String?
  package var name: String?
}

extension InboxLabel {
  init?(_ body: JSON) {
    guard let action = body["action"]?.text else { return nil }
    let label = body["label"]
    self.init(
      action: action, userID: body["user"]?["id"]?.identifier, labelID: label?["id"]?.text,
      name: label?["page_label_name"]?.text ?? label?["name"]?.text)
  }
}

extension InboxLabel: Understood {
  var understood: JSON {
    .understood(["action": action, "user_id": userID, "label_id": labelID, "label_name": name])
  }
}
