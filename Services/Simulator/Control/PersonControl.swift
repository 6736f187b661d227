import HTTPTypes
import Hummingbird
import JSON

/// Plays people: who they are, what they write, what they allow the page.
struct PersonControl: Sendable {
  let world: World

  func add(to control: RouterGroup<SimulatorContext>) {
    control.post("people") { request, _ in try await Response(introduce(request.json())) }
    control.post("say") { request, _ in
      let call = try await SayCall(request.json(), platform: world.platform)
      if call.event.opensWindow { world.people.meet(call.psid) }
      return await Response(call.run(world.courier, world.replies, world.ids))
    }
    control.post("optins") { request, _ in try await Response(optIn(request.json())) }
    control.delete("optins") { request, _ in
      let (_, psid) = try parties(try await request.json(), world)
      world.permits.stop(true, psid: psid)
      return Response(["psid": .string(psid)])
    }
    control.post("comments") { request, _ in try await Response(comment(request.json())) }
  }

  /// `first_name` and `last_name`; `wrote_ms_ago` (null: never; default: now, for who is new) and `state` (reachable,
  /// unavailable, not_now) for how they stand with the page. A `user_ref` stands for a person of the checkbox plugin.
  private func introduce(_ json: JSON) throws(ControlError) -> JSON {
    let ref = json["user_ref"]?.text.map { "ref:" + $0 }
    guard let psid = json["psid"]?.text ?? ref, !psid.isEmpty else { throw ControlError("\"psid\" is needed") }
    let reach = json["state"]?.string
    guard reach == nil || reach.flatMap(Standing.Reach.init) != nil else {
      throw ControlError("\"state\" must be one of \(Standing.Reach.allCases.map(\.rawValue))")
    }
    var person = Person(psid: psid)
    if let name = json["first_name"]?.string { person.firstName = name }
    if let name = json["last_name"]?.string { person.lastName = name }
    world.people.introduce(person)
    world.people.change(psid) { standing in
      if let ago = json["wrote_ms_ago"] { standing.lastIn = ago.int64.map { platformTime() - $0 } }
      standing.reach = reach.flatMap(Standing.Reach.init) ?? standing.reach
    }
    return [
      "psid": .string(psid), "first_name": .string(person.firstName), "last_name": .string(person.lastName),
    ]
  }

  /// `kind` one_time or marketing, `payload`; `expires_ms` from now. The page's webhook is told the token.
  private func optIn(_ json: JSON) async throws(ControlError) -> JSON {
    let (page, psid) = try parties(json, world)
    let now = platformTime()
    let expires = now + (json["expires_ms"]?.int64 ?? 365 * 86_400_000)
    let payload = json["payload"]?.string ?? ""
    let token: String
    var optIn: JSONObject = ["payload": .string(payload)]
    switch json["kind"]?.string {
    case "one_time":
      let issued = expires - Int64(world.limits[.oneTimeToken].upperBound) * 86_400_000
      token = world.permits.issue(.oneTime(issued: issued, isUsed: false), page: page.id, psid: psid)
      optIn["type"] = "one_time_notif_req"
      optIn["one_time_notif_token"] = .string(token)
    case "marketing":
      token = world.permits.issue(
        .marketing(expires: expires, isStopped: false, lastUsed: nil), page: page.id, psid: psid)
      optIn["type"] = "notification_messages"
      optIn["notification_messages_token"] = .string(token)
      optIn["token_expiry_timestamp"] = JSON(expires)
      optIn["user_token_status"] = "NOT_REFRESHED"
    default: throw ControlError("\"kind\" must be one_time or marketing")
    }
    let delivery = Delivery(
      page: page.id, psid: psid, mid: world.ids.next(), event: .other(["optin": .object(optIn)]))
    world.courier.submit(delivery)
    await delivery.firstAttempt()
    return ["token": .string(token), "status_of_webhook": JSON(delivery.status ?? 0)]
  }

  /// `text`, and `ms_ago` for an older one: what a private reply may answer. The page's webhook is told of it.
  private func comment(_ json: JSON) throws(ControlError) -> JSON {
    let (page, psid) = try parties(json, world)
    let id = json["comment_id"]?.text ?? "\(page.id)_\(world.ids.next())"
    let at = platformTime() - (json["ms_ago"]?.int64 ?? 0)
    world.permits.set(
      id, Permits.Held(page: page.id, psid: psid, permit: .activity(at: at, isAnswered: false)))
    world.receipts.changed(
      page: page.id, field: "feed",
      value: [
        "item": "comment", "verb": "add", "comment_id": .string(id), "post_id": .string("\(page.id)_1"),
        "from": ["id": .string(psid)], "message": .string(json["text"]?.string ?? ""), "created_time": JSON(at / 1000),
      ])
    return ["comment_id": .string(id)]
  }
}

/// The page (the first one where none is named) and the person that a control call is about.
func parties(_ json: JSON, _ world: World) throws(ControlError) -> (page: Platform.Page, psid: String) {
  guard let page = world.platform.page(id: json["page"]?.text) else {
    throw ControlError("\"page\" is not played here")
  }
  guard let psid = json["psid"]?.text, !psid.isEmpty else { throw ControlError("\"psid\" is needed") }
  return (page, psid)
}
