import ArgumentParser
import NIOCore
import NIOHTTP2
import NIOPosix
import NIOSSL

/// The least that a Graph API can do with a message, over TLS: read it and answer with a message id. It speaks HTTP/2
/// with whoever asks for it (ALPN), and only notes who does not. A process of its own, as Meta is.
///
/// Built on NIO alone: above it nothing lets libcurl's PRIORITY frames, one a request, pass a limit of 200 in 30 s.
struct BareGraph: AsyncParsableCommand {
  static let name = "bare-graph"
  static let configuration = CommandConfiguration(
    commandName: name, abstract: "The bare Graph API, as the bench starts it.", shouldDisplay: false)

  @Option(help: "PEM file of the certificate.")
  var certificate: String

  @Option(help: "PEM file of its key.")
  var key: String

  func run() async throws {
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
    tls.applicationProtocols = ["h2", "http/1.1"]
    let context = try NIOSSLContext(configuration: tls)
    let tally = GraphTally()
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 2))
      .serverChannelOption(.backlog, value: 1024)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        }.flatMap {
          channel.configureHTTP2SecureUpgrade(
            h2ChannelConfigurator: { Self.speakHTTP2($0, tally) },
            http1ChannelConfigurator: {
              tally.sawOlderVersion()
              return $0.close()
            })
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    Surroundings.show("\(BareServer.announcement)\(server.localAddress?.port ?? 0)")
    try await server.closeFuture.get()
  }

  /// In NIO's window of 30 s: more than are ever sent, and few enough to be set aside for each connection.
  private static let framesInWindow = 1_000_000

  private static func speakHTTP2(_ channel: any Channel, _ tally: GraphTally) -> EventLoopFuture<Void> {
    var connection = NIOHTTP2Handler.ConnectionConfiguration()
    connection.controlFrameRateLimit.maximumCount = Self.framesInWindow
    var streams = NIOHTTP2Handler.StreamConfiguration()
    streams.streamResetFrameRateLimit.maximumCount = Self.framesInWindow
    return channel.configureHTTP2Pipeline(
      mode: .server, connectionConfiguration: connection, streamConfiguration: streams
    ) { stream in
      stream.eventLoop.makeCompletedFuture {
        try stream.pipeline.syncOperations.addHandlers(
          HTTP2FramePayloadToHTTP1ServerCodec(), BareGraphAnswer(tally: tally))
      }
    }.map { _ in }
  }
}
