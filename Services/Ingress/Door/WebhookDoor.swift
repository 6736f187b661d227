import Cryptography
import HTTPTypes
import Hummingbird
import JSON
import Logging
import Messenger
import Metrics
import NIOCore
import ServiceKit

/// Where Meta knocks: `GET` verifies the subscription, `POST` delivers events (Meta, Messenger webhooks).
///
/// What may be refused is refused as early as it can be: by the head, then by size and time while the body comes in,
/// then by its signature; only what Meta signed is parsed, and all of that is kept.
struct WebhookDoor: Sendable {
  private let apps: [Settings.App]
  private let limits: DoorLimits
  private let intake: EventIntake
  let traffic: Traffic
  private let logger: Logger
  private let warnings = Pace(.seconds(1))

  init(apps: [Settings.App], limits: DoorLimits, intake: EventIntake, logger: Logger) {
    self.apps = apps
    self.limits = limits
    self.intake = intake
    self.logger = logger
    traffic = Traffic(requests: limits.inFlight, bytes: limits.heldBytes)
    if limits.allowsSHA1 { logger.warning("SHA-1 signatures are taken where SHA-256 is missing") }
  }

  /// For the server that this door is in.
  var requestLimits: RequestLimits {
    RequestLimits(deadline: limits.deadline) { Self.count("deadline") }
  }

  func add(to router: Router<BasicRequestContext>) {
    for path in ["/webhook", "/webhook/{app}"] as [RouterPath] {
      router.get(path) { request, context in verify(request, context) }
      router.post(path) { request, context in await receive(request, context) }
    }
  }

  private func apps(for context: BasicRequestContext) -> [Settings.App] {
    guard let id = context.parameters.get("app") else { return apps }
    return apps.filter { $0.id == id }
  }

  // MARK: Verification

  private func verify(_ request: Request, _ context: BasicRequestContext) -> Response {
    let known = apps(for: context)
    guard !known.isEmpty else { return refuse(.app) }
    let query = request.uri.queryParameters
    let tokens = query[values: "hub.verify_token"]
    guard query[values: "hub.mode"] == ["subscribe"], tokens.count == 1,
      let challenge = query["hub.challenge"], challenge.utf8.count <= 256
    else { return refuse(.verifyToken) }
    let right = known.filter { constantTimeEqual(Array($0.verifyToken.utf8), Array(tokens[0].utf8)) }
    guard !right.isEmpty else { return refuse(.verifyToken) }
    Self.count("verified")
    logger.notice("webhook subscription verified")
    let body = ResponseBody(byteBuffer: ByteBuffer(string: String(challenge)))
    return Response(
      status: .ok, headers: [.contentType: "text/plain; charset=utf-8", .xContentTypeOptions: "nosniff"], body: body)
  }

  // MARK: Delivery

  private func receive(_ request: Request, _ context: BasicRequestContext) async -> Response {
    // From its first byte on, so that what a slow body took is not given to PostgreSQL a second time.
    let deadline = (RequestClock.current?.began ?? .now) + limits.deadline - limits.margin
    guard traffic.enter() else { return refuse(.busy) }
    var body: [UInt8] = []
    defer { traffic.leave(holding: body.count) }
    do throws(Refusal) {
      let caller = try Caller(request.headers, apps: apps(for: context), limits: limits)
      try await read(request.body, of: caller, into: &body)
      let app = try caller.signer(of: body)
      let notification = try notification(in: body, app: app)
      let stored = try await store(notification.events, app: app, before: deadline)
      Self.count(notification.outcome)
      logger.info(
        "webhook accepted", metadata: ["events": "\(notification.events.count)", "events.new": "\(stored)"])
      return Response(status: .ok)
    } catch {
      return refuse(error)
    }
  }

  private func read(_ source: RequestBody, of caller: Caller, into body: inout [UInt8]) async throws(Refusal) {
    do {
      for try await part in source {
        guard body.count + part.readableBytes <= limits.bodyBytes else { throw Refusal.body }
        guard traffic.hold(part.readableBytes) else { throw Refusal.busy }
        body.append(contentsOf: part.readableBytesView)
      }
    } catch let refusal as Refusal {
      throw refusal
    } catch is RequestExpired {
      throw .deadline
    } catch {
      throw .broken
    }
    // A caller that hangs up ends a body too.
    if let length = caller.length, length != body.count { throw .broken }
  }

  /// Meta would send what is signed and not taken again for an hour, and then unsubscribe the page; so what cannot be
  /// read is kept as it came.
  private func notification(
    in body: [UInt8], app: Settings.App
  ) throws(Refusal) -> (events: [WebhookEvent], outcome: String) {
    do {
      return (try Webhook.events(in: try JSON(parsing: body, limits: DoorLimits.json)), "accepted")
    } catch let error as MessengerError where error.code == .otherObject {
      throw .object
    } catch {
      logger.warning(
        "webhook kept unread", metadata: ["app": "\(app.id)", "bytes": "\(body.count)", "error": "\(error)"])
      return ([.unreadable(body)], "unreadable")
    }
  }

  private func store(
    _ events: [WebhookEvent], app: Settings.App, before deadline: ContinuousClock.Instant
  ) async throws(Refusal) -> Int {
    do {
      return try await intake.store(
        events, app: app.id, trace: TraceContext.current?.traceparent, before: deadline)
    } catch {
      // While PostgreSQL is away each request would say the same.
      let level: Logger.Level = warnings.isDue() ? .warning : .debug
      logger.log(level: level, "webhook not stored, Meta will send it again", metadata: ["error": "\(error)"])
      throw .unavailable
    }
  }

  // MARK: Answers

  private func refuse(_ refusal: Refusal) -> Response {
    if refusal != .deadline { Self.count(refusal.rawValue) }
    logger.debug("webhook refused", metadata: ["reason": "\(refusal.rawValue)"])
    return refusal.response
  }

  private static func count(_ outcome: String) {
    Counter(label: "martlet_webhook_requests_total", dimensions: [("outcome", outcome)]).increment()
  }
}
