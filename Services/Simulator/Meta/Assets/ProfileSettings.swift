import JSON
import Synchronization

/// The Messenger profile of each page: what a person sees before the first message (Meta, Messenger profile API).
final class ProfileSettings: Sendable {
  static let properties = [
    "get_started", "greeting", "persistent_menu", "ice_breakers", "commands", "whitelisted_domains",
    "account_linking_url",
  ]

  private let pages = Mutex<[String: JSONObject]>([:])

  /// Sets what is in `json` and nothing else.
  func set(_ json: JSON, page: String) throws(GraphError) {
    let wanted = (json.object ?? [:]).filter { Self.properties.contains($0.key) }
    guard !wanted.isEmpty else { throw .badParameter("The call names no property of the profile") }
    for (name, value) in wanted { try ProfileShape.check(name, value) }
    let isComplete = pages.withLock { pages in
      var settings = pages[page] ?? [:]
      for (name, value) in wanted { settings[name] = value }
      guard settings["persistent_menu"] == nil || settings["get_started"] != nil else { return false }
      pages[page] = settings
      return true
    }
    guard isComplete else { throw .badParameter("You must set a Get Started button before the persistent menu") }
  }

  func forget(page: String) { pages.withLock { $0[page] = nil } }

  func get(_ fields: [String], page: String) -> JSON {
    let settings = pages.withLock { $0[page] } ?? [:]
    let found = JSONObject(
      fields.filter(Self.properties.contains).compactMap { name in settings[name].map { (name, $0) } })
    return ["data": found.isEmpty ? [] : [.object(found)]]
  }

  func remove(_ fields: [String], page: String) throws(GraphError) {
    guard !fields.isEmpty else { throw .badParameter("The parameter fields is required") }
    let isComplete = pages.withLock { pages in
      let removed = pages[page]?.filter { !fields.contains($0.key) }
      let settings = JSONObject((removed ?? []).map { ($0.key, $0.value) })
      guard settings["persistent_menu"] == nil || settings["get_started"] != nil else { return false }
      pages[page] = settings
      return true
    }
    guard isComplete else { throw .badParameter("You must delete the persistent menu before the Get Started button") }
  }
}
