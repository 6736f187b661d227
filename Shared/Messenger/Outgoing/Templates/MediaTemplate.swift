package import JSON

/// A picture or a video with buttons.
package struct MediaTemplate: TemplateForm {
  package static let type = "media"

  package enum Kind: String, Sendable, Hashable, CaseIterable {
    case image, video
  }

  package enum Source: Sendable, Hashable {
    case id(String)
    /// Of Facebook only.
    case facebookURL(String)
  }

  package var kind: Kind
  package var source: Source
  package var buttons: [Button]
  package var isSharable: Bool?

  package init(_ kind: Kind, _ source: Source, buttons: [Button] = [], isSharable: Bool? = nil) {
    self.kind = kind
    self.source = source
    self.buttons = buttons
    self.isSharable = isSharable
  }

  package var members: JSONObject {
    var element: JSONObject = ["media_type": .string(kind.rawValue)]
    switch source {
    case .id(let id): element["attachment_id"] = .string(id)
    case .facebookURL(let url): element["url"] = .string(url)
    }
    if !buttons.isEmpty { element["buttons"] = .array(buttons.map(\.requestBody)) }
    return ["elements": [.object(element)], "sharable": JSON(isSharable)]
  }
}
