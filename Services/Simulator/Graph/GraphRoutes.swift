import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import ServiceLifecycle

/// The Graph side: `/v26.0/{page}/messages` and what else a bot calls, under any version.
struct GraphRoutes: Sendable {
  /// How long a silent connection stays open when the caller does not give up first.
  private static let silence = Duration.seconds(60)

  let platform: Platform
  let people: People
  let faults: Faults
  let ledger: Ledger
  let replies: ReplyBoard
  let receipts: Receipts
  let ids: MessageIDs

  func add(to router: Router<SimulatorContext>) {
    router.post("v{version}/{node}/messages") { request, context in
      await call("messages", context) { try await send(request, context) }
    }
    router.get("v{version}/{node}") { request, context in
      await call("profile", context) { try await profile(request, context) }
    }
    for method in [HTTPRequest.Method.get, .post, .delete] {
      router.on("v{version}/{node}/subscribed_apps", method: method) { request, context in
        await call("subscribed_apps", context) { try await subscribedApps(request, context) }
      }
    }
  }

  /// Errors become Meta's, and every call is counted.
  private func call(
    _ name: String, _ context: SimulatorContext, _ answer: () async throws -> Response
  ) async -> Response {
    let response: Response
    do {
      response = try await answer()
    } catch let error as GraphError {
      response = Response(error.json(trace: ids.next()), status: .init(code: error.status))
    } catch {
      response = Response(GraphError.badParameter("Invalid JSON").json(trace: ids.next()), status: .badRequest)
    }
    ledger.count(name, status: response.status.code)
    return response
  }

  // MARK: Messages

  private func send(_ request: Request, _ context: SimulatorContext) async throws -> Response {
    let body = try await request.json()
    let page = try page(request, context, body: body)
    let due = faults.take(.messages)
    if due.delay > .zero { try await Task.sleep(for: due.delay) }
    if case .status(let status, let code, let subcode) = due.kind { throw injected(status, code, subcode) }
    let answer = try accept(SendRequest(body), from: page)
    return try await hold(Response(answer), due.kind, context)
  }

  private func accept(_ send: SendRequest, from page: Platform.Page) throws(GraphError) -> JSON {
    guard people.person(send.recipient) != nil else { throw .unknownPerson }
    switch send.content {
    case .senderAction(let action):
      replies.post(.senderAction(action), to: send.recipient)
      return ["recipient_id": .string(send.recipient)]
    case .message(let message):
      let mid = ids.next()
      ledger.append(
        page: page.id, psid: send.recipient, text: message["text"]?.string ?? "",
        metadata: message["metadata"]?.string, mid: mid, messagingType: send.messagingType)
      replies.post(.message(mid: mid, body: message), to: send.recipient)
      receipts.sent(page: page, psid: send.recipient, mid: mid, body: message)
      return ["recipient_id": .string(send.recipient), "message_id": .string(mid)]
    }
  }

  // MARK: Profile and page

  private func profile(_ request: Request, _ context: SimulatorContext) async throws -> Response {
    let page = try page(request, context, body: nil, isForAnyNode: true)
    let due = faults.take(.profile)
    if due.delay > .zero { try await Task.sleep(for: due.delay) }
    if case .status(let status, let code, let subcode) = due.kind { throw injected(status, code, subcode) }
    let node = context.parameters.get("node") ?? ""
    if node == "me" || node == page.id {
      return Response(["name": .string(page.name), "id": .string(page.id)])
    }
    guard let person = people.person(node) else { throw GraphError.unknownPerson }
    let all: JSONObject = [
      "first_name": .string(person.firstName), "last_name": .string(person.lastName),
      "name": .string("\(person.firstName) \(person.lastName)"),
      "profile_pic": .string("https://pictures.example/\(person.psid).jpg"),
    ]
    let wanted = request.query("fields").map { Set($0.split(separator: ",").map(String.init)) }
    var answer = JSONObject(all.filter { wanted?.contains($0.key) ?? true }.map { ($0.key, $0.value) })
    answer["id"] = .string(person.psid)
    return try await hold(Response(.object(answer)), due.kind, context)
  }

  private func subscribedApps(_ request: Request, _ context: SimulatorContext) async throws -> Response {
    let page = try page(request, context, body: nil)
    guard request.method == .get else { return Response(["success": true]) }
    let fields: JSON = [
      "messages", "messaging_postbacks", "message_echoes", "message_deliveries", "message_reads",
    ]
    return Response(
      ["data": [["id": .string(page.app), "name": "Martlet", "subscribed_fields": fields]]])
  }

  // MARK: Tokens and faults

  /// The page whose token came along; it has to be the page of the path.
  private func page(
    _ request: Request, _ context: SimulatorContext, body: JSON?, isForAnyNode: Bool = false
  ) throws(GraphError) -> Platform.Page {
    guard let token = request.bearer ?? request.query("access_token") ?? body?["access_token"]?.string else {
      throw .noToken
    }
    guard let page = platform.page(token: token) else { throw .badToken }
    let node = context.parameters.get("node")
    guard isForAnyNode || node == "me" || node == page.id else { throw .otherPage }
    return page
  }

  private func injected(_ status: Int, _ code: Int, _ subcode: Int?) -> GraphError {
    GraphError(status: status, message: "(#\(code)) A fault that was asked for", code: code, subcode: subcode)
  }

  /// The answer as the fault lets it out.
  private func hold(
    _ response: Response, _ kind: Fault.Kind?, _ context: SimulatorContext
  ) async throws -> Response {
    switch kind {
    case .drop:
      try? await context.channel.close(mode: .all)
    case .silence:
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.silence) }
      try? await context.channel.close(mode: .all)
    default: break
    }
    return response
  }
}
