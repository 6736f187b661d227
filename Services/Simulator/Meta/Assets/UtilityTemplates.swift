import JSON
import Synchronization

/// The utility templates of the pages and what Meta's review said of them (Meta, utility messages).
final class UtilityTemplates: Sendable {
  enum Status: String, Sendable { case pending = "PENDING", approved = "APPROVED", rejected = "REJECTED" }

  struct Template: Sendable {
    var id: String
    var page: String
    var name: String
    var language: String
    var category: String
    var components: JSON
    var status: Status
    var reason: String?

    /// What is asked for in the body's text, in order: numbers or names.
    var parameters: [String] {
      let body = components.array?.first { $0["type"]?.string?.uppercased() == "BODY" }
      return Self.placeholders(body?["text"]?.string ?? "")
    }

    var buttons: Int {
      let buttons = components.array?.first { $0["type"]?.string?.uppercased() == "BUTTONS" }
      return buttons?["buttons"]?.array?.count ?? 0
    }

    var json: JSON {
      var json: JSONObject = [
        "name": .string(name), "language": .string(language), "status": .string(status.rawValue),
        "category": .string(category), "components": components, "id": .string(id),
      ]
      if let reason { json["rejected_reason"] = .string(reason) }
      return .object(json)
    }

    private static func placeholders(_ text: String) -> [String] {
      var found: [String] = []
      for part in text.split(separator: "{{").dropFirst(text.hasPrefix("{{") ? 0 : 1) {
        guard let end = part.firstIndex(of: "}") else { continue }
        let name = String(part[..<end].filter { $0 != " " })
        if !found.contains(name) { found.append(name) }
      }
      return found
    }
  }

  private let ids = Atomic<Int>(3_000_000_000_000_000)
  private let kept = Mutex<[Template]>([])

  func add(_ json: JSON, page: String) throws(GraphError) -> Template {
    guard let name = json["name"]?.string, !name.isEmpty,
      name.utf8.allSatisfy({ $0 == 0x5F || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) })
    else { throw .badParameter("param name must hold lower-case letters, digits and _ only") }
    guard let language = json["language"]?.string, !language.isEmpty else {
      throw .badParameter("The parameter language is required")
    }
    guard json["category"]?.string == "UTILITY" else { throw .badParameter("param category must be one of {UTILITY}") }
    let components = json["components"] ?? []
    guard components.array?.contains(where: { $0["type"]?.string?.uppercased() == "BODY" }) == true else {
      throw .badParameter("param components needs a BODY")
    }
    let template = Template(
      id: String(ids.add(1, ordering: .relaxed).newValue), page: page, name: name, language: language,
      category: "UTILITY", components: components, status: .pending)
    let isNew = kept.withLock { kept in
      guard !kept.contains(where: { $0.page == page && $0.name == name && $0.language == language }) else {
        return false
      }
      kept.append(template)
      return true
    }
    guard isNew else { throw .badParameter("There is already a template of this name in this language") }
    return template
  }

  func all(page: String) -> [Template] { kept.withLock { $0.filter { $0.page == page } } }

  /// - Returns: How many there were.
  func remove(name: String, page: String) -> Int {
    kept.withLock { kept in
      let before = kept.count
      kept.removeAll { $0.page == page && $0.name == name }
      return before - kept.count
    }
  }

  /// The review's verdict; nil where there is no such template.
  func review(_ name: String, language: String?, page: String, _ status: Status, reason: String?) -> Template? {
    kept.withLock { kept in
      let index = kept.firstIndex {
        $0.page == page && $0.name == name && (language == nil || $0.language == language)
      }
      guard let index else { return nil }
      kept[index].status = status
      kept[index].reason = reason
      return kept[index]
    }
  }

  /// - Throws: What Meta answers for a template that is not there, not approved, or given other parameters.
  func check(_ use: UtilityUse, page: String) throws(GraphError) {
    let template = all(page: page).first { $0.name == use.name && $0.language == use.language }
    guard let template else { throw .badParameter("The template does not exist in this language") }
    guard template.status == .approved else { throw .badParameter("The template is not approved") }
    guard use.body.count == template.parameters.count else {
      throw .badParameter("The number of parameters does not match the template")
    }
    for (name, expected) in zip(use.body, template.parameters) {
      guard let name, name != expected, !template.parameters.contains(name) else { continue }
      throw .badParameter("The template has no parameter of that name")
    }
    guard use.buttons <= template.buttons else { throw .badParameter("The template has fewer buttons") }
  }
}
