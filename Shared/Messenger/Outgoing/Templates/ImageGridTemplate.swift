package import JSON

/// Two to six pictures in a grid.
package struct ImageGridTemplate: TemplateForm {
  package static let type = "image_grid"

  package struct Image: Sendable, Hashable {
    package var url: String
    /// At most one is.
    package var isHero: Bool
    /// What a tap does.
    package var tap: Tap?

    package init(url: String, isHero: Bool = false, tap: Tap? = nil) {
      self.url = url
      self.isHero = isHero
      self.tap = tap
    }
  }

  package enum Tap: Sendable, Hashable {
    case link(WebLink)
    case postback(payload: String)
  }

  package var images: [Image]
  package var title: String?
  package var subtitle: String?
  package var buttons: [Button]

  package init(images: [Image], title: String? = nil, subtitle: String? = nil, buttons: [Button] = []) {
    self.images = images
    self.title = title
    self.subtitle = subtitle
    self.buttons = buttons
  }

  package var members: JSONObject {
    [
      "elements": [
        JSON(members: [
          "images": .array(images.map(\.requestBody)), "title": JSON(title), "subtitle": JSON(subtitle),
          "buttons": JSON(list: buttons.map(\.requestBody)),
        ])
      ]
    ]
  }
}

extension ImageGridTemplate.Image {
  var requestBody: JSON {
    let action: JSON =
      switch tap {
      case nil: .null
      case .link(let link): link.button(title: nil)
      case .postback(let payload): ["type": "postback", "payload": .string(payload)]
      }
    return JSON(members: ["url": .string(url), "is_hero_image": isHero ? true : .null, "action": action])
  }
}
