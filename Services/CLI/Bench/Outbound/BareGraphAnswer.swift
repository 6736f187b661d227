import JSON
import NIOCore
import NIOHTTP1
import Synchronization

/// Answers one request on its stream: a message with an id, `GET /tally` with what was counted, and
/// `PUT /latency/<milliseconds>` by taking so long from then on.
final class BareGraphAnswer: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let tally: GraphTally
  private var head: HTTPRequestHead?

  init(tally: GraphTally) { self.tally = tally }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end: if let head { answer(head, context) }
    }
  }

  private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    if head.uri == "/tally" { return write(tally.json.serialized(), context) }
    if head.method == .PUT, let value = head.uri.split(separator: "/").last.flatMap({ Int($0) }) {
      tally.setLatency(milliseconds: value)
      return write("{}", context)
    }
    let milliseconds = tally.milliseconds
    guard milliseconds > 0 else { return took(context) }
    context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds))) { self.took(context) }
  }

  private func took(_ context: ChannelHandlerContext) {
    write(#"{"recipient_id":"1","message_id":"m_\#(tally.count())"}"#, context)
  }

  private func write(_ body: String, _ context: ChannelHandlerContext) {
    let headers: HTTPHeaders = ["content-type": "application/json", "content-length": "\(body.utf8.count)"]
    let head = HTTPResponseHead(version: .http2, status: .ok, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }
}

/// What the bare Graph API was asked for.
final class GraphTally: Sendable {
  private let messages = Atomic<Int>(0)
  private let olderVersion = Atomic<Int>(0)
  private let latency = Atomic<Int>(0)

  var milliseconds: Int { latency.load(ordering: .relaxed) }

  func setLatency(milliseconds value: Int) { latency.store(value, ordering: .relaxed) }

  func count() -> Int { messages.add(1, ordering: .relaxed).newValue }

  func sawOlderVersion() { olderVersion.add(1, ordering: .relaxed) }

  var json: JSON {
    [
      "messages": .number("\(messages.load(ordering: .relaxed))"),
      "http_1": .number("\(olderVersion.load(ordering: .relaxed))"),
    ]
  }
}
