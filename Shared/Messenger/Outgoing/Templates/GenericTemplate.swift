package import JSON

/// One card, or several side by side.
package struct GenericTemplate: TemplateForm {
  package static let type = "generic"

  package enum AspectRatio: String, Sendable, Hashable, CaseIterable {
    case horizontal, square
  }

  /// A title, and at least one thing more.
  package struct Card: Sendable, Hashable {
    package var title: String
    package var subtitle: String?
    package var imageURL: String?
    /// What a tap on the card opens.
    package var tap: WebLink?
    package var buttons: [Button]

    package init(
      title: String, subtitle: String? = nil, imageURL: String? = nil, tap: WebLink? = nil, buttons: [Button] = []
    ) {
      self.title = title
      self.subtitle = subtitle
      self.imageURL = imageURL
      self.tap = tap
      self.buttons = buttons
    }
  }

  package var cards: [Card]
  package var isSharable: Bool?
  package var aspectRatio: AspectRatio?

  package init(cards: [Card], isSharable: Bool? = nil, aspectRatio: AspectRatio? = nil) {
    self.cards = cards
    self.isSharable = isSharable
    self.aspectRatio = aspectRatio
  }

  package var members: JSONObject {
    [
      "elements": .array(cards.map(\.requestBody)), "sharable": JSON(isSharable),
      "image_aspect_ratio": JSON(aspectRatio?.rawValue),
    ]
  }
}

extension GenericTemplate.Card {
  var requestBody: JSON {
    JSON(members: [
      "title": .string(title), "subtitle": JSON(subtitle), "image_url": JSON(imageURL),
      "default_action": tap?.button(title: nil) ?? .null, "buttons": JSON(list: buttons.map(\.requestBody)),
    ])
  }
}
