import Access
import HTTPTypes
import Hummingbird
import JSON
import Logging
import Messenger

/// `POST /v1/messages`, `GET /v1/messages/{id}`: messages that the owner's own system starts.
///
/// What can be known to go wrong is refused here, before anything is stored; the window is judged again at the attempt.
struct MessageRoutes: Sendable {
  let gate: APIGate
  let ledger: APILedger
  let logger: Logger

  func add(to router: RouterGroup<BasicRequestContext>) {
    router.post("messages") { request, _ in try await create(request) }
    router.get("messages/{id}") { request, context in try await show(request, context) }
  }

  private func create(_ request: Request) async throws -> Response {
    let key = try await gate.caller(of: request)
    let asked = try await AskedRequest(request, upTo: NewMessage.bodyLimit)
    let new = try NewMessage(asked.json)
    let grounds = try new.grounds.grounds(of: key, page: new.page)
    let look = try await ledger.look(new, asked: asked, by: key)
    if let earlier = look.earlier {
      guard earlier.digest == asked.digest else { throw Problem.keyReused }
      return accepted(.repeated(earlier.id))
    }
    guard look.isKnownPage else { throw Problem.unknownPage }
    let person = try person(new.address, look)
    let message = try new.content.message(to: try recipient(new, look, person: person), grounds: grounds)
    if case .unlawful(let breach) = Lawfulness.judge(message, look.window, now: look.now) { throw Problem(breach) }
    let outcome = try await ledger.accept(message, to: person, new, asked: asked, by: key)
    logger.info(
      "message accepted", metadata: ["page.id": "\(new.page)", "key.id": "\(key.id)", "grounds": "\(grounds.kind)"])
    return accepted(outcome)
  }

  private func person(_ address: Address, _ look: APILedger.Look) throws(Problem) -> String {
    guard let person = look.person, look.matches > 0 else {
      throw Problem(
        .unknownPerson, "Nobody on this page is linked to this \(address.field)", field: address.field,
        remedy: "Name them by psid, or link them first.")
    }
    guard look.matches == 1 else {
      var problem = Problem(
        .ambiguousPerson, "\(look.matches) people on this page are linked to this \(address.field)",
        field: address.field,
        remedy: "Say which one, by psid.")
      problem.value = look.matches
      throw problem
    }
    return person
  }

  private func recipient(
    _ new: NewMessage, _ look: APILedger.Look, person: String
  ) throws(Problem) -> Recipient {
    guard new.grounds.wantsToken else { return new.address.recipient(person: person) }
    guard let token = look.token else {
      throw Problem(
        .noToken, "The person has given no token" + (new.grounds.topic == nil ? "" : " for this topic"),
        field: "grounds", remedy: "Ask them for it within 24 hours of their last message, or send a utility template.")
    }
    return token
  }

  private func accepted(_ outcome: APILedger.Outcome) -> Response {
    let (id, isRepeated) =
      switch outcome {
      case .accepted(let id): (id, false)
      case .repeated(let id): (id, true)
      }
    var response = Response(["id": .string(id)], status: .accepted)
    response.headers[.location] = "/v1/messages/\(id)"
    if isRepeated { response.headers[.idempotencyReplayed] = "true" }
    return response
  }

  private func show(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
    let key = try await gate.caller(of: request)
    guard key.rights.contains(.read) else { throw Problem.forbidden(.read, page: false) }
    guard let id = context.uuid("id"), let report = try await ledger.message(id, for: key) else {
      throw Problem.noMessage
    }
    return Response(bytes: report, status: .ok)
  }
}

extension BasicRequestContext {
  /// A part of the path that must be a UUID; nil for any other text.
  func uuid(_ name: String) -> String? {
    guard let text = parameters.get(name) else { return nil }
    let groups = text.split(separator: "-", omittingEmptySubsequences: false)
    guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12], groups.allSatisfy({ $0.utf8.allSatisfy(\.isHexDigit) }) else {
      return nil
    }
    return text.lowercased()
  }
}

extension UInt8 {
  fileprivate var isHexDigit: Bool {
    (0x30...0x39).contains(self) || (0x41...0x46).contains(self) || (0x61...0x66).contains(self)
  }
}
