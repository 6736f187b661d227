import ArgumentParser
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The least that a server can do with a webhook: read the body and answer 200. A process of its own, as ingress is.
struct BarePost: AsyncParsableCommand {
  static let name = "bare-post"
  static let configuration = CommandConfiguration(
    commandName: name, abstract: "The bare server, as the bench starts it.", shouldDisplay: false)

  func run() async throws {
    let router = Router(context: BasicRequestContext.self)
    router.post("/webhook") { request, _ in
      _ = try await request.body.collect(upTo: 4 << 20)
      return Response(status: .ok)
    }
    var logger = Logger(label: "bare-post") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .error
    let application = Application(
      router: router,
      server: .http1(configuration: .init(idleTimeout: .seconds(75))),
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0), backlog: 1024),
      onServerRunning: { channel in
        Surroundings.show("\(BareServer.announcement)\(channel.localAddress?.port ?? 0)")
      },
      logger: logger)
    try await application.runService()
  }
}
