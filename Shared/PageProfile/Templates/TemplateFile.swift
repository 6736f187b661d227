package import JSON

/// A utility template as a file of the bot's `templates` folder has it: one name, one text a language (Meta, utility
/// messages).
package struct TemplateFile: Sendable, Hashable {
  package let name: String
  /// Values for each gap that Meta's reviewers read, by the gap's name or number, as the file has them.
  package let examples: [String: String]
  package let texts: [TemplateText]

  package static let folder = "templates"

  /// - Parameter file: The file's name, for errors, and for the template's name where the file says none.
  package init(yaml text: String, file: String) throws(FileErrors) {
    self = try YAMLFile.read(file, text) { TemplateReader.read($0, file: file) }
  }

  init(name: String, examples: [String: String], texts: [TemplateText]) {
    self.name = name
    self.examples = examples
    self.texts = texts
  }

  /// The bodies of `POST /{page}/message_templates`, one a language.
  package func body(_ text: TemplateText) -> JSON {
    let isNamed = text.gaps.contains { Int($0) == nil }
    return [
      "name": .string(name), "language": .string(text.language), "category": "UTILITY",
      "parameter_format": isNamed ? "NAMED" : "POSITIONAL", "components": .array(text.components(examples)),
    ]
  }
}

/// What a template says in one language. Its gaps are `{{name}}`, or `{{1}}`, `{{2}}`.
package struct TemplateText: Sendable, Hashable {
  package enum Button: Sendable, Hashable {
    /// Its payload comes with each message.
    case postback(title: String)
    case url(title: String, url: String)
  }

  /// Such as `en_US`.
  package let language: String
  package let header: String?
  package let body: String
  package let buttons: [Button]

  /// In the order in which they stand, each once.
  package var gaps: [String] { TemplateGaps.of((header ?? "") + "\n" + body) }

  func components(_ examples: [String: String]) -> [JSON] {
    var components: [JSON] = []
    if let header {
      components.append(
        component(["type": "HEADER", "format": "TEXT", "text": .string(header)], "header_text", header, examples))
    }
    components.append(component(["type": "BODY", "text": .string(body)], "body_text", body, examples))
    if !buttons.isEmpty {
      components.append(["type": "BUTTONS", "buttons": .array(buttons.map(\.json))])
    }
    return components
  }

  /// With the example in the form that Meta's reviewers get for gaps with names, or with numbers.
  private func component(_ json: JSONObject, _ name: String, _ text: String, _ examples: [String: String]) -> JSON {
    let gaps = TemplateGaps.of(text)
    guard !gaps.isEmpty else { return .object(json) }
    var json = json
    if gaps.contains(where: { Int($0) == nil }) {
      let named = gaps.map { gap -> JSON in
        ["param_name": .string(gap), "example": .string(examples[gap] ?? "")]
      }
      json["example"] = ["\(name)_named_params": .array(named)]
    } else {
      let values = JSON.array(gaps.map { .string(examples[$0] ?? "") })
      json["example"] = [name: name == "body_text" ? [values] : values]
    }
    return .object(json)
  }
}

extension TemplateText.Button {
  var json: JSON {
    switch self {
    case .postback(let title): ["type": "POSTBACK", "text": .string(title)]
    case .url(let title, let url): ["type": "URL", "text": .string(title), "url": .string(url)]
    }
  }
}

/// The gaps of a text.
enum TemplateGaps {
  static func of(_ text: String) -> [String] {
    var found: [String] = []
    var rest = Substring(text)
    while let start = rest.firstRange(of: "{{") {
      rest = rest[start.upperBound...]
      guard let end = rest.firstRange(of: "}}") else { break }
      let name = rest[..<end.lowerBound].filter { !$0.isWhitespace }
      if !found.contains(name) { found.append(name) }
      rest = rest[end.upperBound...]
    }
    return found
  }
}
