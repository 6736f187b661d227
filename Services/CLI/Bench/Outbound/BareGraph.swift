import ArgumentParser
import HTTPTypes
import Hummingbird
import HummingbirdHTTP2
import JSON
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// The least that a Graph API can do with a message, over TLS: read the body and answer with a message id. It speaks
/// HTTP/2 with whoever asks for it. A process of its own, as Meta is.
struct BareGraph: AsyncParsableCommand {
  static let name = "bare-graph"
  static let configuration = CommandConfiguration(
    commandName: name, abstract: "The bare Graph API, as the bench starts it.", shouldDisplay: false)

  @Option(help: "PEM file of the certificate.")
  var certificate: String

  @Option(help: "PEM file of its key.")
  var key: String

  func run() async throws {
    let tally = GraphTally()
    let router = Router(context: BareGraphContext.self)
    router.post("v{version}/{page}/messages") { request, context in
      _ = try await request.body.collect(upTo: 1 << 20)
      if let latency = tally.latency { try await Task.sleep(for: latency) }
      let number = tally.count(isHTTP2: context.isHTTP2)
      return #"{"recipient_id":"1","message_id":"m_\#(number)"}"#
    }
    router.get("tally") { _, _ in tally.json.serialized() }
    router.put("latency/{ms}") { _, context in
      tally.setLatency(milliseconds: context.parameters.get("ms", as: Int.self) ?? 0)
      return HTTPResponse.Status.ok
    }
    var logger = Logger(label: Self.name) { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .error
    let tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
    let application = Application(
      router: router, server: try .http2Upgrade(tlsConfiguration: tls),
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0), backlog: 1024),
      onServerRunning: { channel in
        Surroundings.show("\(BareServer.announcement)\(channel.localAddress?.port ?? 0)")
      },
      logger: logger)
    try await application.runService()
  }
}

/// A request's context that knows the version that it came over.
private struct BareGraphContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let isHTTP2: Bool

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    // A stream's parent is its connection, whose parent is the listening socket; HTTP/1.1 has no streams.
    isHTTP2 = source.channel.parent?.parent != nil
  }
}

/// What the bare Graph API was asked for.
private final class GraphTally: Sendable {
  private let messages = Atomic<Int>(0)
  private let olderVersion = Atomic<Int>(0)
  private let milliseconds = Atomic<Int>(0)

  var latency: Duration? {
    let milliseconds = milliseconds.load(ordering: .relaxed)
    return milliseconds > 0 ? .milliseconds(milliseconds) : nil
  }

  func setLatency(milliseconds value: Int) { milliseconds.store(value, ordering: .relaxed) }

  func count(isHTTP2: Bool) -> Int {
    if !isHTTP2 { olderVersion.add(1, ordering: .relaxed) }
    return messages.add(1, ordering: .relaxed).newValue
  }

  var json: JSON {
    [
      "messages": .number("\(messages.load(ordering: .relaxed))"),
      "http_1": .number("\(olderVersion.load(ordering: .relaxed))"),
    ]
  }
}
