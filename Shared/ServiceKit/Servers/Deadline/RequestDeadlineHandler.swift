import NIOCore
import NIOHTTPTypes

/// Keeps the deadline of a connection's requests. Stands behind the HTTP decoder, where requests begin and end, and has
/// a `ByteGate` in front of it, where their first byte is seen: a head that never ends is no request yet.
final class RequestDeadlineHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// How long a refused connection stays open: closing at once could overtake the answer on its way.
  private static let farewell = TimeAmount.milliseconds(500)

  let clock = RequestClock()
  private var deadline: RequestDeadline
  private let onExpiry: @Sendable () -> Void
  private let gate = ByteGate()
  private var timer: Scheduled<Void>?

  init(_ limits: RequestLimits) {
    deadline = RequestDeadline(limit: limits.deadline, now: .now)
    onExpiry = limits.onExpiry
  }

  func handlerAdded(context: ChannelHandlerContext) {
    gate.onBytes = { [unowned self] in
      let action = deadline.bytesCame(at: .now)
      clock.set(deadline.began)
      perform(action, context)
    }
    do {
      try context.pipeline.syncOperations.addHandler(gate, position: .first)
    } catch {
      context.close(promise: nil)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    timer?.cancel()
    timer = nil
    gate.onBytes = {}
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    timer = nil
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .end = unwrapInboundIn(data) { deadline.requestEnded() }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let part = unwrapOutboundIn(data)
    if case .head = part { deadline.answerBegan() }
    context.write(data, promise: promise)
    guard case .end = part else { return }
    let action = deadline.answerEnded(at: .now)
    clock.set(deadline.began)
    perform(action, context)
  }

  private func perform(_ action: RequestDeadline.Action, _ context: ChannelHandlerContext) {
    switch action {
    case .none: break
    case .wait(let instant):
      let delay = max(.zero, instant - .now)
      timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) { [self] in
        timer = nil
        perform(deadline.fired(at: .now), context)
      }
    case .refuse:
      onExpiry()
      gate.refuse()
      context.eventLoop.assumeIsolated().scheduleTask(in: Self.farewell) { context.close(promise: nil) }
    case .close:
      onExpiry()
      context.close(promise: nil)
    }
  }
}

/// The first handler of a connection: sees each byte that comes, and can say the last word.
final class ByteGate: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private static let refusal = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

  var onBytes: () -> Void = {}
  private var context: ChannelHandlerContext?
  private var isShut = false

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    onBytes = {}
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isShut else { return }
    onBytes()
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard !isShut else {
      promise?.succeed()
      return
    }
    context.write(data, promise: promise)
  }

  /// Answers 408; nothing that comes later passes in either direction. Who reads the request's body is told.
  func refuse() {
    guard let context, !isShut else { return }
    isShut = true
    context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(string: Self.refusal)), promise: nil)
    context.fireErrorCaught(RequestExpired())
  }
}
