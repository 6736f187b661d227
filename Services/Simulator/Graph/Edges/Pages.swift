import HTTPTypes
import JSON

extension Graph {
  /// `GET /{PSID}` (Meta, User Profile API) and `GET /{page}`.
  func profile(_ call: GraphCall, _ page: Platform.Page) throws(GraphError) -> JSON {
    let node = call.path[0]
    guard node != "me", node != page.id else { return ["name": .string(page.name), "id": .string(page.id)] }
    guard let person = world.people.person(node) else { throw .unknownPerson }
    let all: JSONObject = [
      "first_name": .string(person.firstName), "last_name": .string(person.lastName),
      "name": .string("\(person.firstName) \(person.lastName)"),
      "profile_pic": .string("https://pictures.example/\(person.psid).jpg"),
    ]
    let wanted = call.parameter("fields") == nil ? nil : Set(call.names("fields"))
    var answer = JSONObject(all.filter { wanted?.contains($0.key) ?? true }.map { ($0.key, $0.value) })
    answer["id"] = .string(person.psid)
    return .object(answer)
  }

  func subscribedApps(_ call: GraphCall, _ page: Platform.Page) -> JSON {
    guard call.method == .get else { return ["success": true] }
    let fields: JSON = [
      "messages", "messaging_postbacks", "message_echoes", "message_deliveries", "message_reads",
    ]
    return ["data": [["id": .string(page.app), "name": "Martlet", "subscribed_fields": fields]]]
  }

  /// `/me/messenger_profile` (Meta, Messenger profile API).
  func messengerProfile(_ call: GraphCall, _ page: Platform.Page) throws(GraphError) -> JSON {
    switch call.method {
    case .get: return world.profiles.get(call.names("fields"), page: page.id)
    case .delete: try world.profiles.remove(call.names("fields"), page: page.id)
    default: try world.profiles.set(call.body, page: page.id)
    }
    return ["result": "success"]
  }

  /// `/me/custom_user_settings`: the menu of one person.
  func userSettings(_ call: GraphCall, _ page: Platform.Page) throws(GraphError) -> JSON {
    guard let psid = call.parameter("psid"), world.people.person(psid) != nil else { throw .unknownPerson }
    let key = "\(page.id)/\(psid)"
    switch call.method {
    case .get:
      let menu = world.profiles.get(["persistent_menu"], page: key)["data"]?[0]?["persistent_menu"]
      return ["data": menu.map { [["user_level_persistent_menu": $0]] } ?? []]
    case .delete: world.profiles.forget(page: key)
    default:
      guard let menu = call.body["persistent_menu"] else {
        throw .badParameter("The parameter persistent_menu is required")
      }
      try world.profiles.set(["get_started": ["payload": "-"], "persistent_menu": menu], page: key)
    }
    return ["result": "success"]
  }

  /// `/{page}/message_templates` (Meta, utility messages).
  func templates(_ call: GraphCall, _ page: Platform.Page) throws(GraphError) -> JSON {
    try world.switches.require("page_utility_messaging", page: page.id)
    switch call.method {
    case .get:
      let name = call.parameter("name")
      let found = world.templates.all(page: page.id).filter { name == nil || $0.name == name }
      return Paging.page(found.map { ($0.id, $0.json) }, call)
    case .delete:
      guard let name = call.parameter("name"), world.templates.remove(name: name, page: page.id) > 0 else {
        throw .badParameter("There is no template of that name")
      }
      return ["success": true]
    default:
      let template = try world.templates.add(call.body, page: page.id)
      if !world.switches[page.id].reviewsByHand {
        world.review(template.name, language: template.language, page: page.id, .approved, reason: nil)
      }
      return ["id": .string(template.id), "status": "PENDING", "category": .string(template.category)]
    }
  }
}

extension World {
  /// Meta's review of a template: a webhook tells the page's app.
  @discardableResult
  func review(
    _ name: String, language: String?, page: String, _ status: UtilityTemplates.Status, reason: String?
  ) -> Bool {
    guard let template = templates.review(name, language: language, page: page, status, reason: reason) else {
      return false
    }
    receipts.changed(
      page: page, field: "message_template_status_update",
      value: [
        "event": .string(status.rawValue), "message_template_id": .string(template.id),
        "message_template_name": .string(name), "message_template_language": .string(template.language),
        "reason": .string(reason ?? "NONE"),
      ])
    return true
  }
}
