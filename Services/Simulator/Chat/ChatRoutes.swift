import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import ServiceLifecycle

/// The chat page and what it talks to: server-sent events one way, posts the other.
struct ChatRoutes: Sendable {
  /// A comment now and then keeps the stream from counting as idle.
  private static let heartbeat = Duration.seconds(20)

  let world: World
  let feed: ChatFeed

  init(_ world: World) {
    self.world = world
    feed = ChatFeed(replies: world.replies)
  }

  func add(to router: Router<SimulatorContext>) {
    router.get("/") { _, _ in page() }
    router.get("favicon.ico") { _, _ in Response(status: .noContent) }
    let chat = router.group("chat").add(middleware: ControlErrors())
    chat.get("pages") { _, _ in
      Response(["pages": .array(world.platform.pages.map { ["id": .string($0.id), "name": .string($0.name)] })])
    }
    chat.get("events") { request, _ in try events(request) }
    chat.post("messages") { request, _ in try await message(request) }
  }

  private func page() -> Response {
    var response = Response(bytes: PackageResources.chat_html, type: "text/html; charset=utf-8")
    // The page is one file: nothing else may be loaded, wherever its texts come from.
    response.headers[.contentSecurityPolicy] =
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:"
    return response
  }

  private func message(_ request: Request) async throws -> Response {
    let json = try await request.json()
    guard let psid = json["psid"]?.text, !psid.isEmpty else { throw ControlError("\"psid\" is needed") }
    guard let page = world.platform.page(id: json["page"]?.text) else {
      throw ControlError("\"page\" is not played here")
    }
    let event = try PersonEvent(json)
    var person = world.people.meet(psid)
    if let name = json["first_name"]?.string, !name.isEmpty, name != person.firstName {
      person.firstName = name
      world.people.introduce(person)
    }
    let delivery = Delivery(page: page.id, psid: psid, mid: world.ids.next(), event: event)
    feed.wrote(event, mid: delivery.mid, psid: psid)
    world.courier.submit(delivery)
    await delivery.firstAttempt()
    let status = delivery.status ?? 0
    feed.delivered(mid: delivery.mid, status: status, psid: psid)
    return Response(["mid": .string(delivery.mid), "status_of_webhook": JSON(status)], status: .accepted)
  }

  private func events(_ request: Request) throws(ControlError) -> Response {
    guard let psid = request.query("psid"), !psid.isEmpty else { throw ControlError("\"psid\" is needed") }
    let feed = self.feed
    let body = ResponseBody { writer in
      let (id, past, events) = feed.open(psid)
      defer { feed.close(psid, id) }
      var first = ByteBuffer(string: "retry: 1000\nevent: past\ndata: ")
      first.writeBytes(JSON.array(past).bytes())
      first.writeString("\n\n")
      try await writer.write(first)
      for await event in Self.withHeartbeat(events) {
        guard let event else {
          try await writer.write(ByteBuffer(string: ": still here\n\n"))
          continue
        }
        var buffer = ByteBuffer(string: "data: ")
        buffer.writeBytes(event.bytes())
        buffer.writeString("\n\n")
        try await writer.write(buffer)
      }
      try await writer.finish(nil)
    }
    return Response(
      status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
  }

  /// The events, and nil after each pause; ends when the process is asked to stop.
  private static func withHeartbeat(_ events: AsyncStream<JSON>) -> AsyncStream<JSON?> {
    AsyncStream { continuation in
      // Outlives this call and ends with the stream that it feeds.
      let pump = Task {
        await cancelWhenGracefulShutdown {
          await withDiscardingTaskGroup { group in
            group.addTask {
              while (try? await Task.sleep(for: heartbeat)) != nil { continuation.yield(nil) }
            }
            for await event in events { continuation.yield(event) }
            group.cancelAll()
          }
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in pump.cancel() }
    }
  }
}

extension HTTPField.Name {
  fileprivate static let contentSecurityPolicy = HTTPField.Name("Content-Security-Policy")!
}
