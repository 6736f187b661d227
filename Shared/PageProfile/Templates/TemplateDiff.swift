package import JSON

/// A template as Meta lists it (`GET /{page}/message_templates`).
package struct ListedTemplate: Sendable, Hashable {
  package let id: String?
  package let name: String
  package let language: String
  /// Meta's word, such as `APPROVED`.
  package let status: String
  package let category: String?
  package let reason: String?
  let components: [JSON]

  /// Nil where Meta names neither template nor language.
  package init?(_ json: JSON) {
    guard let name = json["name"]?.string, let language = json["language"]?.string else { return nil }
    id = json["id"]?.text
    self.name = name
    self.language = language
    status = json["status"]?.string?.uppercased() ?? "UNKNOWN"
    category = json["category"]?.string
    reason = json["rejected_reason"]?.string.flatMap { $0 == "NONE" ? nil : $0 }
    components = (json["components"]?.array ?? []).compactMap(Self.form)
  }

  /// What a person reads, without examples and whatever else Meta adds.
  static func form(_ component: JSON) -> JSON? {
    guard let type = component["type"]?.string?.uppercased() else { return nil }
    var form: JSONObject = ["type": .string(type)]
    form["text"] = component["text"]
    form["buttons"] = component["buttons"]?.array.map { buttons in
      .array(
        buttons.map { button in
          var form: JSONObject = ["type": .string(button["type"]?.string?.uppercased() ?? "")]
          form["text"] = button["text"]
          form["url"] = button["url"]
          return .object(form)
        })
    }
    return .object(form)
  }
}

/// What has to be done at Meta so that a page has the templates of its bot's folder.
package struct TemplateDiff: Sendable {
  package enum State: Sendable, Hashable {
    /// Meta does not have it: it will be made, and reviewed.
    case missing
    /// With Meta's status.
    case same(ListedTemplate)
    /// Meta has other words under this name: a reviewed text is not changed in place.
    case changed(ListedTemplate)
  }

  package struct Row: Sendable {
    package let file: TemplateFile
    package let text: TemplateText
    package let state: State
  }

  package let rows: [Row]
  /// What Meta has and no file names.
  package let unmanaged: [ListedTemplate]

  package init(_ files: [TemplateFile], against listed: [ListedTemplate]) {
    rows = files.sorted { $0.name < $1.name }.flatMap { file in
      file.texts.map { text in
        let found = listed.first { $0.name == file.name && $0.language == text.language }
        return Row(file: file, text: text, state: Self.state(text, found))
      }
    }
    let named = Set(files.flatMap { file in file.texts.map { "\(file.name) \($0.language)" } })
    unmanaged = listed.filter { !named.contains("\($0.name) \($0.language)") }
  }

  package var missing: [Row] { rows.filter { $0.state == .missing } }

  package var changed: [Row] {
    rows.filter { if case .changed = $0.state { true } else { false } }
  }

  package var isEmpty: Bool { missing.isEmpty && changed.isEmpty }

  private static func state(_ text: TemplateText, _ found: ListedTemplate?) -> State {
    guard let found else { return .missing }
    let wanted = text.components([:]).compactMap(ListedTemplate.form)
    func sorted(_ components: [JSON]) -> [JSON] {
      components.sorted { ($0["type"]?.string ?? "") < ($1["type"]?.string ?? "") }
    }
    return sorted(wanted) == sorted(found.components) ? .same(found) : .changed(found)
  }
}

extension ListedTemplate {
  /// The words as a person compares them: one line for each part.
  package var lines: [String] { components.flatMap(TemplateText.lines) }
}

extension TemplateText {
  package var lines: [String] { components([:]).flatMap(Self.lines) }

  static func lines(_ component: JSON) -> [String] {
    let type = component["type"]?.string?.lowercased() ?? ""
    if let buttons = component["buttons"]?.array {
      return buttons.map { button in
        "button: \(button["text"]?.string ?? "")" + (button["url"]?.string.map { " → \($0)" } ?? "")
      }
    }
    return (component["text"]?.string ?? "").split(whereSeparator: \.isNewline).map { "\(type): \($0)" }
  }
}
