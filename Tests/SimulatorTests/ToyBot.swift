import Cryptography
import HTTPClient
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import ServiceKit
import ServiceLifecycle
import TestKit

/// A bot of one function: takes webhooks, remembers them, and does what its behaviour says.
final class ToyBot: Sendable {
  /// One POST as it came.
  struct Post: Sendable {
    var body: [UInt8]
    var json: JSON
    var signature: String?
    var traceparent: String?

    var events: [JSON] {
      json["entry"]?.array?.flatMap { $0["messaging"]?.array ?? [] } ?? []
    }
    /// The first text a person wrote.
    var text: String? { events.first { !$0.isEcho }?["message"]?["text"]?.string }
  }

  /// Gets the post and its number from 1; gives the status to answer with.
  typealias Behaviour = @Sendable (ToyBot, Post, Int) async -> Int

  static let silent: Behaviour = { _, _, _ in 200 }

  let graphURL = Signal<String>()
  private let client: HTTPClient
  private let behaviour: Behaviour
  private let received = Watched<[Post]>([])

  init(client: HTTPClient, _ behaviour: @escaping Behaviour) {
    self.client = client
    self.behaviour = behaviour
  }

  var posts: [Post] { received.value }
  var events: [JSON] { posts.flatMap(\.events) }

  /// Returns once the posts that came so far satisfy `isDone`.
  func has(_ isDone: @escaping @Sendable ([Post]) -> Bool) async throws { try await received.until(isDone) }

  /// Sends a text as a page.
  func reply(_ text: String, to psid: String) async {
    let body: JSON = [
      "recipient": ["id": .string(psid)], "messaging_type": "RESPONSE", "message": ["text": .string(text)],
    ]
    _ = try? await client.send(
      HTTPClientRequest(
        method: "POST", url: graphURL.value + "/me/messages", headers: [("Authorization", "Bearer \(Site.token)")],
        body: body.bytes()))
  }

  func service() throws -> (any Service, Signal<Int>) {
    let router = Router(context: BasicRequestContext.self)
    router.post("webhook") { request, _ in await self.take(request) }
    let port = Signal<Int>()
    let settings = try Settings(service: .ingress, environment: ["MARTLET_PORT": "0"], arguments: ["bot"])
    let logger = Logger(label: "bot") { _ in SwiftLogNoOpLogHandler() }
    return (PublicServer(router: router, settings: settings, logger: logger) { port.set($0) }, port)
  }

  private func take(_ request: Request) async -> Response {
    guard let buffer = try? await request.body.collect(upTo: 1 << 20) else { return Response(status: .badRequest) }
    let body = Array(buffer.readableBytesView)
    let post = Post(
      body: body, json: (try? JSON(parsing: body)) ?? .null,
      signature: request.headers[HTTPField.Name("X-Hub-Signature-256")!],
      traceparent: request.headers[HTTPField.Name("traceparent")!])
    let number = received.change { posts in
      posts.append(post)
      return posts.count
    }
    return Response(status: .init(code: await behaviour(self, post, number)))
  }
}

extension JSON {
  var isEcho: Bool { self["message"]?["is_echo"]?.bool ?? false }
}
