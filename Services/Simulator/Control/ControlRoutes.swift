import HTTPTypes
import Hummingbird
import JSON

/// The control side: play people, ask for faults, read what was sent, drive a load. For development and tests only;
/// it asks for no token.
struct ControlRoutes: Sendable {
  let world: World

  func add(to router: Router<SimulatorContext>) {
    let control = router.group("control").add(middleware: ControlErrors())
    PersonControl(world: world).add(to: control)
    PageControl(world: world).add(to: control)
    control.post("faults") { request, _ in
      try await world.faults.add(Fault(request.json()))
      return Response(world.faults.json)
    }
    control.get("faults") { _, _ in Response(world.faults.json) }
    control.delete("faults") { _, _ in
      world.faults.clear()
      return Response(world.faults.json)
    }
    control.put("receipts") { request, _ in
      let json = try await request.json()
      var wanted = world.receipts.wanted
      wanted.echoes = json["echoes"]?.bool ?? wanted.echoes
      wanted.deliveries = json["deliveries"]?.bool ?? wanted.deliveries
      wanted.reads = json["reads"]?.bool ?? wanted.reads
      world.receipts.wanted = wanted
      return Response([
        "echoes": .bool(wanted.echoes), "deliveries": .bool(wanted.deliveries), "reads": .bool(wanted.reads),
      ])
    }
    control.put("webhook") { request, _ in
      guard let url = try await request.json()["url"]?.string, url.hasPrefix("http") else {
        throw ControlError("\"url\" must be an http or https address")
      }
      world.poster.url = url
      return Response(["url": .string(url)])
    }
    control.get("ledger") { request, _ in
      Response(world.ledger.json(after: request.query("after").flatMap { Int($0) } ?? 0))
    }
    control.delete("ledger") { _, _ in
      world.ledger.clear()
      return Response(world.ledger.json(after: 0))
    }
    control.post("load") { request, _ in
      let plan = try await LoadPlan(request.json(), platform: world.platform)
      let run = LoadRun(
        plan: plan, people: world.people, replies: world.replies, courier: world.courier, ids: world.ids)
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
    } catch let error as GraphError {
      return Response(["error": .string(error.message)], status: .badRequest)
    }
  }
}
