package import JSON

/// A button of a template (Meta, Buttons reference).
package enum Button: Sendable, Hashable {
  /// Opens a page, or an address.
  case link(title: String, WebLink)
  /// Comes back as a postback with the payload.
  case postback(title: String, payload: String)
  /// Calls a number: `+`, country, number.
  case phone(title: String, number: String)
  /// Starts account linking at this https address.
  case accountLink(url: String)
  case accountUnlink
  case game(title: String, payload: String? = nil)
}

/// What a link opens, and how.
package struct WebLink: Sendable, Hashable {
  package enum Height: String, Sendable, Hashable, CaseIterable {
    case compact, tall, full
  }

  package var url: String
  package var height: Height?
  /// The page may use the Messenger Extensions; the address must be https then.
  package var hasExtensions: Bool
  /// For clients that have none.
  package var fallbackURL: String?
  package var hidesShareButton: Bool

  package init(
    _ url: String, height: Height? = nil, hasExtensions: Bool = false, fallbackURL: String? = nil,
    hidesShareButton: Bool = false
  ) {
    self.url = url
    self.height = height
    self.hasExtensions = hasExtensions
    self.fallbackURL = fallbackURL
    self.hidesShareButton = hidesShareButton
  }

  /// With a title it is a button, without one what a tap on a card does.
  func button(title: String?) -> JSON {
    JSON(members: [
      "type": "web_url", "title": JSON(title), "url": .string(url), "webview_height_ratio": JSON(height?.rawValue),
      "messenger_extensions": hasExtensions ? true : .null, "fallback_url": JSON(fallbackURL),
      "webview_share_button": hidesShareButton ? "hide" : .null,
    ])
  }
}

extension Button {
  package var requestBody: JSON {
    switch self {
    case .link(let title, let link): link.button(title: title)
    case .postback(let title, let payload):
      ["type": "postback", "title": .string(title), "payload": .string(payload)]
    case .phone(let title, let number):
      ["type": "phone_number", "title": .string(title), "payload": .string(number)]
    case .accountLink(let url): ["type": "account_link", "url": .string(url)]
    case .accountUnlink: ["type": "account_unlink"]
    case .game(let title, let payload):
      JSON(members: ["type": "game_play", "title": .string(title), "payload": JSON(payload)])
    }
  }
}
