package import JSON

/// A message with a form: cards, receipts, questions. Made from one of the structs beside this file, or read from a
/// payload in Meta's own words, so that a job or an API call writes it as Meta's reference does.
package struct Template: Sendable, Hashable {
  /// `message.attachment.payload` of a call.
  package let payload: JSON

  package init<Form: TemplateForm>(_ form: Form) {
    var payload: JSONObject = ["template_type": .string(Form.type)]
    for (name, value) in form.members where !value.isNull { payload[name] = value }
    self.payload = .object(payload)
  }

  /// Its limits are looked at when a message is made of it.
  package init(payload: JSON) {
    self.payload = payload
  }

  /// `template_type`, such as `generic`.
  package var type: String { payload["template_type"]?.string ?? "" }

  /// `message.attachment` of a call.
  package var requestBody: JSON { ["type": "template", "payload": payload] }
}

/// One of the forms that a template has.
package protocol TemplateForm: Sendable, Hashable {
  /// `template_type`.
  static var type: String { get }
  /// The rest of the payload; what is null is left out.
  var members: JSONObject { get }
}

extension JSON {
  /// Null for nothing, which a template leaves out.
  init(_ text: String?) { self = text.map { .string($0) } ?? .null }

  init(_ flag: Bool?) { self = flag.map { .bool($0) } ?? .null }

  /// What is null is left out.
  init(members: JSONObject) {
    self = .object(JSONObject(members.filter { !$0.value.isNull }.map { ($0.key, $0.value) }))
  }

  /// Null for an empty list.
  init(list: [JSON]) { self = list.isEmpty ? .null : .array(list) }
}
