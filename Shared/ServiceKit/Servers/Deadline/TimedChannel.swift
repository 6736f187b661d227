import HummingbirdCore
import Logging
import NIOCore

/// Hummingbird's HTTP/1 connection with a deadline for its requests, known to whoever answers them (`RequestClock`).
struct TimedChannel: ServerChildChannel {
  private let base: HTTP1Channel

  init(_ limits: RequestLimits, responder: @escaping HTTPChannelHandler.Responder) {
    base = HTTP1Channel(
      responder: responder,
      configuration: HTTP1Channel.Configuration(
        additionalChannelHandlers: [RequestDeadlineHandler(limits)], idleTimeout: TimeAmount(limits.idle),
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
          maxHeaderFieldCount: limits.headerFields)))
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    base.setup(channel: channel, logger: logger)
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async {
    let channel = value.channel
    let clock = try? await channel.eventLoop.submit {
      try channel.pipeline.syncOperations.handler(type: RequestDeadlineHandler.self).clock
    }.get()
    await RequestClock.$current.withValue(clock) { await base.handle(value: value, logger: logger) }
  }
}
