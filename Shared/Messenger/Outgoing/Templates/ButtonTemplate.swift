package import JSON

/// A text with one to three buttons that stay.
package struct ButtonTemplate: TemplateForm {
  package static let type = "button"

  package var text: String
  package var buttons: [Button]
  package var isSharable: Bool?

  package init(text: String, buttons: [Button], isSharable: Bool? = nil) {
    self.text = text
    self.buttons = buttons
    self.isSharable = isSharable
  }

  package var members: JSONObject {
    ["text": .string(text), "buttons": .array(buttons.map(\.requestBody)), "sharable": JSON(isSharable)]
  }
}
