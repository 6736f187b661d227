import HTTPTypes
import Hummingbird
import JSON

/// The control side: play people, ask for faults, read what was sent, drive a load. For development and tests only;
/// it asks for no token.
struct ControlRoutes: Sendable {
  let platform: Platform
  let people: People
  let faults: Faults
  let ledger: Ledger
  let replies: ReplyBoard
  let receipts: Receipts
  let courier: Courier
  let poster: WebhookPoster
  let ids: MessageIDs

  func add(to router: Router<SimulatorContext>) {
    let control = router.group("control").add(middleware: ControlErrors())
    control.post("people") { request, _ in
      let json = try await request.json()
      guard let psid = json["psid"]?.text, !psid.isEmpty else { throw ControlError("\"psid\" is needed") }
      var person = Person(psid: psid)
      if let name = json["first_name"]?.string { person.firstName = name }
      if let name = json["last_name"]?.string { person.lastName = name }
      people.introduce(person)
      return Response([
        "psid": .string(psid), "first_name": .string(person.firstName), "last_name": .string(person.lastName),
      ])
    }
    control.post("say") { request, _ in
      let call = try await SayCall(request.json(), platform: platform)
      people.meet(call.psid)
      return await Response(call.run(courier, replies, ids))
    }
    control.post("faults") { request, _ in
      try await faults.add(Fault(request.json()))
      return Response(faults.json)
    }
    control.get("faults") { _, _ in Response(faults.json) }
    control.delete("faults") { _, _ in
      faults.clear()
      return Response(faults.json)
    }
    control.put("receipts") { request, _ in
      let json = try await request.json()
      var wanted = receipts.wanted
      wanted.echoes = json["echoes"]?.bool ?? wanted.echoes
      wanted.deliveries = json["deliveries"]?.bool ?? wanted.deliveries
      wanted.reads = json["reads"]?.bool ?? wanted.reads
      receipts.wanted = wanted
      return Response([
        "echoes": .bool(wanted.echoes), "deliveries": .bool(wanted.deliveries), "reads": .bool(wanted.reads),
      ])
    }
    control.put("webhook") { request, _ in
      guard let url = try await request.json()["url"]?.string, url.hasPrefix("http") else {
        throw ControlError("\"url\" must be an http or https address")
      }
      poster.url = url
      return Response(["url": .string(url)])
    }
    control.get("ledger") { request, _ in
      Response(ledger.json(after: request.query("after").flatMap { Int($0) } ?? 0))
    }
    control.delete("ledger") { _, _ in
      ledger.clear()
      return Response(ledger.json(after: 0))
    }
    control.post("load") { request, _ in
      let plan = try await LoadPlan(request.json(), platform: platform)
      let run = LoadRun(plan: plan, people: people, replies: replies, courier: courier, ids: ids)
      return await Response(run.report().json)
    }
  }
}

/// A call that makes no sense is answered with 400 and the reason.
struct ControlErrors: RouterMiddleware {
  func handle(
    _ request: Request, context: SimulatorContext,
    next: @concurrent (Request, SimulatorContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as ControlError {
      return Response(["error": .string(error.description)], status: .badRequest)
    }
  }
}
