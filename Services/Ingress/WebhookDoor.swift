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
/// An answer says as little as it can: who has no valid signature learns nothing, not even what was wrong.
struct WebhookDoor: Sendable {
  /// Meta sends up to 1,000 updates in one body; bodies above 300 kB have been seen.
  static let bodyLimit = 4 << 20

  let apps: [Settings.App]
  let intake: EventIntake
  let logger: Logger

  func add(to router: Router<BasicRequestContext>) {
    for path in ["/webhook", "/webhook/{app}"] as [RouterPath] {
      router.get(path) { request, context in verify(request, context) }
      router.post(path) { request, context in try await receive(request, context) }
    }
  }

  private func apps(for context: BasicRequestContext) -> [Settings.App] {
    guard let id = context.parameters.get("app") else { return apps }
    return apps.filter { $0.id == id }
  }

  // MARK: Verification

  private func verify(_ request: Request, _ context: BasicRequestContext) -> Response {
    let query = request.uri.queryParameters
    guard query["hub.mode"] == "subscribe", let token = query["hub.verify_token"],
      let challenge = query["hub.challenge"]
    else { return Response(status: .badRequest) }
    let isKnown = apps(for: context).contains { constantTimeEqual(Array($0.verifyToken.utf8), Array(token.utf8)) }
    guard isKnown else { return refuse("verify_token", .forbidden) }
    logger.notice("webhook subscription verified")
    let body = ResponseBody(byteBuffer: ByteBuffer(string: String(challenge)))
    return Response(status: .ok, headers: [.contentType: "text/plain"], body: body)
  }

  // MARK: Delivery

  private func receive(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
    let body: [UInt8]
    do {
      body = Array(try await request.body.collect(upTo: Self.bodyLimit).readableBytesView)
    } catch {
      return refuse("body", .contentTooLarge)
    }
    let signature = request.headers[.hubSignature]
    let signer = apps(for: context).first {
      WebhookSignature.verify(header: signature, body: body, secrets: $0.secrets)
    }
    guard let app = signer else { return refuse("signature", .forbidden) }
    guard let json = try? JSON(parsing: body) else { return refuse("json", .badRequest) }
    guard let events = try? Webhook.events(in: json) else { return refuse("object", .notFound) }
    do {
      let stored = try await intake.store(events, app: app.id, trace: TraceContext.current?.traceparent)
      count("accepted")
      logger.info("webhook accepted", metadata: ["events": "\(events.count)", "events.new": "\(stored)"])
      return Response(status: .ok)
    } catch {
      logger.warning("webhook not stored, Meta will send it again", metadata: ["error": "\(error)"])
      return refuse("unavailable", .serviceUnavailable)
    }
  }

  private func refuse(_ outcome: String, _ status: HTTPResponse.Status) -> Response {
    count(outcome)
    logger.debug("webhook refused", metadata: ["reason": "\(outcome)"])
    return Response(status: status)
  }

  private func count(_ outcome: String) {
    Counter(label: "martlet_webhook_requests_total", dimensions: [("outcome", outcome)]).increment()
  }
}

extension HTTPField.Name {
  static let hubSignature = HTTPField.Name("x-hub-signature-256")!
}
