import HTTPTypes
import Hummingbird
import JSON

/// Plays Meta and the page's own people: tokens that die, limits, permissions, reviews, a colleague in the inbox.
struct PageControl: Sendable {
  /// The page's inbox (Meta, conversation routing).
  static let inbox = "263902037430900"

  let world: World

  func add(to control: RouterGroup<SimulatorContext>) {
    control.put("tokens") { request, _ in try await Response(token(request.json())) }
    control.put("rates") { request, _ in try await Response(rates(request.json())) }
    control.put("usage") { request, _ in try await Response(usage(request.json())) }
    control.put("pages") { request, _ in try await Response(page(request.json())) }
    control.put("media") { request, _ in try await Response(media(request.json())) }
    control.put("attachments") { request, _ in
      let json = try await request.json()
      world.attachments.age(json["id"]?.text ?? "", by: json["older_ms"]?.int64 ?? 0)
      return Response(json)
    }
    control.post("review") { request, _ in try await Response(review(request.json())) }
    control.put("thread") { request, _ in try await Response(thread(request.json())) }
    control.post("human") { request, _ in try await Response(human(request.json())) }
  }

  /// `state` for what became of the page's tokens, or `token` for a new one that is good.
  private func token(_ json: JSON) throws(ControlError) -> JSON {
    let page = try page(of: json)
    if let name = json["state"]?.string {
      guard let state = PageTokens.State(rawValue: name) else {
        throw ControlError("\"state\" must be one of \(PageTokens.State.allCases.map(\.rawValue))")
      }
      world.tokens.set(state, page: page.id)
    }
    if let token = json["token"]?.string { world.tokens.issue(token, page: page.id) }
    return json
  }

  /// `meta: true` for all of Meta's limits, else each by its name; one that is not named, or null, does not hold.
  /// Without `page` for all pages.
  private func rates(_ json: JSON) throws(ControlError) -> JSON {
    let page = json["page"] == nil ? nil : try page(of: json).id
    var quotas = json["meta"]?.bool == true ? Quotas.all(people: world.people.count) : Quotas()
    quotas.textPerSecond = json["text_per_second"]?.int ?? quotas.textPerSecond
    quotas.mediaPerSecond = json["media_per_second"]?.int ?? quotas.mediaPerSecond
    quotas.privateRepliesPerHour = json["private_replies_per_hour"]?.int ?? quotas.privateRepliesPerHour
    quotas.conversationsPerSecond = json["conversations_per_second"]?.int ?? quotas.conversationsPerSecond
    quotas.profilePerTenMinutes = json["profile_per_ten_minutes"]?.int ?? quotas.profilePerTenMinutes
    quotas.calls = json["calls"]?.int ?? quotas.calls
    quotas.callsWindow = json["calls_window_ms"]?.int64 ?? quotas.callsWindow
    world.rates.set(quotas, page: page)
    return json
  }

  /// What a usage header tells from now on, whatever was called: `kind` app, page or buc, with `call_count`,
  /// `total_time`, `total_cputime` in percent and `regain_minutes`. Without `call_count` it is counted again.
  private func usage(_ json: JSON) throws(ControlError) -> JSON {
    guard let kind = (json["kind"]?.string).flatMap(Usage.Kind.init) else {
      throw ControlError("\"kind\" must be one of \(Usage.Kind.allCases.map(\.rawValue))")
    }
    let usage = json["call_count"]?.int.map { calls in
      Usage(
        calls: calls, time: json["total_time"]?.int ?? 0, processorTime: json["total_cputime"]?.int ?? 0,
        regain: json["regain_minutes"]?.int ?? 0)
    }
    world.rates.set(usage, kind, page: try page(of: json).id)
    return json
  }

  /// `lacks` (permissions), `routing`, `review` (by_hand or at_once).
  private func page(_ json: JSON) throws(ControlError) -> JSON {
    world.switches.change(try page(of: json).id) { switches in
      if let lacks = json["lacks"]?.array { switches.lacks = Set(lacks.compactMap(\.string)) }
      switches.hasRouting = json["routing"]?.bool ?? switches.hasRouting
      if let review = json["review"]?.string { switches.reviewsByHand = review == "by_hand" }
    }
    return json
  }

  /// What lies at `url`: `bytes` (null: nothing that Meta can fetch), `type`, `slow`.
  private func media(_ json: JSON) throws(ControlError) -> JSON {
    guard let url = json["url"]?.string else { throw ControlError("\"url\" is needed") }
    world.media.put(
      MediaShelf.Media(
        bytes: json["bytes"]?.int, type: json["type"]?.string, isSlow: json["slow"]?.bool ?? false), at: url)
    return json
  }

  /// `name`, `language`, `status` (APPROVED, REJECTED, PENDING), `reason`.
  private func review(_ json: JSON) throws(ControlError) -> JSON {
    guard let status = (json["status"]?.string).flatMap(UtilityTemplates.Status.init) else {
      throw ControlError("\"status\" must be APPROVED, REJECTED or PENDING")
    }
    let isKnown = world.review(
      json["name"]?.string ?? "", language: json["language"]?.string, page: try page(of: json).id, status,
      reason: json["reason"]?.string)
    guard isKnown else { throw ControlError("there is no template of that name") }
    return json
  }

  /// Who leads from now on: `leader` app (ours), inbox, idle, or another app's id. Our webhook is told when the thread
  /// comes to us or is taken from us.
  private func thread(_ json: JSON) throws(ControlError) -> JSON {
    let (page, psid) = try parties(json, world)
    guard let leader = json["leader"]?.text else { throw ControlError("\"leader\" must be app, inbox, idle or an id") }
    let app = leader == "app" ? page.app : leader == "inbox" ? Self.inbox : leader
    var previous: String?
    let isKnown = world.people.change(psid) { standing in
      switch standing.thread {
      case .ours: previous = page.app
      case .idle: previous = nil
      case .app(let other): previous = other
      }
      standing.thread = leader == "idle" ? .idle : app == page.app ? .ours : .app(app)
    }
    guard isKnown else { throw ControlError("nobody has that psid") }
    guard leader != "idle", previous != app else { return json }
    let event: JSON = [
      "previous_owner_app_id": previous.map(JSON.string) ?? .null, "new_owner_app_id": .string(app),
      "metadata": json["metadata"] ?? "",
    ]
    let name = app == page.app ? "pass_thread_control" : "take_thread_control"
    world.receipts.post(
      Receipt(page: page.id, psid: psid, mid: "", at: platformTime(), kind: .routing([name: event])))
    return json
  }

  /// A colleague answers in the page's inbox: an echo that names the inbox.
  private func human(_ json: JSON) throws(ControlError) -> JSON {
    let (page, psid) = try parties(json, world)
    let (mid, text) = (world.ids.next(), json["text"]?.string ?? "")
    let at = platformTime()
    world.transcripts.add(
      Transcripts.Line(mid: mid, page: page.id, psid: psid, isFromPage: true, text: text, at: at))
    world.receipts.post(
      Receipt(
        page: page.id, psid: psid, mid: mid, at: at,
        kind: .echo(
          app: Self.inbox, body: ["text": .string(text)], isStandby: world.people.isLedByOthers(psid))))
    return ["mid": .string(mid)]
  }

  private func page(of json: JSON) throws(ControlError) -> Platform.Page {
    guard let page = world.platform.page(id: json["page"]?.text) else {
      throw ControlError("\"page\" is not played here")
    }
    return page
  }
}
