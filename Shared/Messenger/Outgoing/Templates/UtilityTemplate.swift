package import JSON

/// A text of the page's that Meta has approved (category UTILITY), and what goes into its gaps. The one way to speak to
/// somebody who has been silent for a day. Needs the permission `page_utility_messaging`.
package struct UtilityTemplate: Sendable, Hashable {
  package enum Component: Sendable, Hashable {
    case header([Parameter])
    case body([Parameter])
    /// In the order of the template's buttons.
    case buttons([ButtonValue])
  }

  /// Fills a gap: by its name where the template names its gaps, else by its place.
  package struct Parameter: Sendable, Hashable {
    package var text: String
    package var name: String?

    package init(_ text: String, name: String? = nil) {
      self.text = text
      self.name = name
    }
  }

  package enum ButtonValue: Sendable, Hashable {
    case postback(payload: String)
    case url(String)
  }

  package var name: String
  /// As the template was made for, such as `en_US`.
  package var language: String
  package var components: [Component]

  package init(name: String, language: String, components: [Component] = []) {
    self.name = name
    self.language = language
    self.components = components
  }

  /// `message.template` of a call.
  package var requestBody: JSON {
    JSON(members: [
      "name": .string(name), "language": ["code": .string(language)],
      "components": JSON(list: components.map(\.requestBody)),
    ])
  }

  init?(json: JSON) {
    guard let name = json["name"]?.string, let language = json["language"]?["code"]?.string else { return nil }
    var components: [Component] = []
    for component in json["components"]?.array ?? [] {
      guard let component = Component(json: component) else { return nil }
      components.append(component)
    }
    self.init(name: name, language: language, components: components)
  }
}

extension UtilityTemplate.Component {
  var requestBody: JSON {
    switch self {
    case .header(let parameters): ["type": "header", "parameters": .array(parameters.map(\.requestBody))]
    case .body(let parameters): ["type": "body", "parameters": .array(parameters.map(\.requestBody))]
    case .buttons(let values): ["type": "buttons", "parameters": .array(values.map(\.requestBody))]
    }
  }

  init?(json: JSON) {
    let parameters = json["parameters"]?.array ?? []
    switch json["type"]?.string?.lowercased() {
    case "header"?: self = .header(parameters.compactMap { .init(json: $0) })
    case "body"?: self = .body(parameters.compactMap { .init(json: $0) })
    case "buttons"?: self = .buttons(parameters.compactMap { .init(json: $0) })
    default: return nil
    }
    guard requestBody["parameters"]?.array?.count == parameters.count else { return nil }
  }
}

extension UtilityTemplate.Parameter {
  var requestBody: JSON { JSON(members: ["type": "text", "text": .string(text), "parameter_name": JSON(name)]) }

  init?(json: JSON) {
    guard let text = json["text"]?.string else { return nil }
    self.init(text, name: json["parameter_name"]?.string)
  }
}

extension UtilityTemplate.ButtonValue {
  var requestBody: JSON {
    switch self {
    case .postback(let payload): ["type": "POSTBACK", "payload": .string(payload)]
    case .url(let url): ["type": "URL", "url": .string(url)]
    }
  }

  init?(json: JSON) {
    switch (json["type"]?.string?.uppercased(), json["payload"]?.text, json["url"]?.string) {
    case ("POSTBACK"?, let payload?, _): self = .postback(payload: payload)
    case ("URL"?, _, let url?): self = .url(url)
    default: return nil
    }
  }
}
