import Access
import HTTPTypes
import Hummingbird
import JSON
import Logging
import Messenger

/// `POST /v1/broadcasts`, and what can be asked of one: how far it is, pause, resume, cancel.
struct BroadcastRoutes: Sendable {
  let gate: APIGate
  let ledger: BroadcastLedger
  let logger: Logger

  func add(to router: RouterGroup<BasicRequestContext>) {
    router.post("broadcasts") { request, _ in try await create(request) }
    router.get("broadcasts/{id}") { request, context in try await show(request, context) }
    router.post("broadcasts/{id}/pause") { try await set($0, $1, .pause) }
    router.post("broadcasts/{id}/resume") { try await set($0, $1, .resume) }
    router.post("broadcasts/{id}/cancel") { try await set($0, $1, .cancel) }
  }

  private func create(_ request: Request) async throws -> Response {
    let key = try await gate.caller(of: request)
    let asked = try await AskedRequest(request, upTo: NewBroadcast.bodyLimit)
    let new = try NewBroadcast(asked.json)
    guard key.may(.broadcast, on: new.page) else { throw Problem.forbidden(.broadcast) }
    let grounds = try new.grounds.broadcastGrounds()
    // Each person's window is judged at the attempt; whether grounds and words go together holds for all.
    let message = try new.content.message(to: .person("0"), grounds: grounds)
    if let breach = Lawfulness.misfit(message) { throw Problem(breach) }
    let outcome = try await ledger.accept(message, new, asked: asked, by: key)
    let (id, isRepeated) =
      switch outcome {
      case .accepted(let id): (id, false)
      case .repeated(let id): (id, true)
      }
    logger.info(
      "broadcast accepted", metadata: ["page.id": "\(new.page)", "key.id": "\(key.id)", "broadcast": "\(id)"])
    guard let report = try await ledger.report(id, for: key) else { throw Problem.noBroadcast }
    var response = Response(bytes: report, status: .accepted)
    response.headers[.location] = "/v1/broadcasts/\(id)"
    if isRepeated { response.headers[.idempotencyReplayed] = "true" }
    return response
  }

  private func show(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
    let key = try await gate.caller(of: request)
    guard key.rights.contains(.read) else { throw Problem.forbidden(.read, page: false) }
    return try await report(context.uuid("id"), for: key)
  }

  private func set(
    _ request: Request, _ context: BasicRequestContext, _ wish: BroadcastLedger.Wish
  ) async throws -> Response {
    let key = try await gate.caller(of: request)
    guard key.rights.contains(.broadcast) else { throw Problem.forbidden(.broadcast, page: false) }
    guard let id = context.uuid("id") else { throw Problem.noBroadcast }
    try await ledger.set(id, wish, for: key)
    logger.notice("broadcast changed", metadata: ["broadcast": "\(id)", "to": "\(wish.state)", "key.id": "\(key.id)"])
    return try await report(id, for: key)
  }

  private func report(_ id: String?, for key: APIKey) async throws -> Response {
    guard let id, let report = try await ledger.report(id, for: key) else { throw Problem.noBroadcast }
    return Response(bytes: report, status: .ok)
  }
}
