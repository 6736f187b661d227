import Cryptography

/// Signed webhook requests, written out before the clock runs, so that the client costs the machine little.
struct WebhookLoad: Sendable {
  let eventsPerRequest: Int
  /// All requests in a row.
  let bytes: [UInt8]
  /// Where each begins; behind the last one, where it ends.
  private let bounds: [Int]

  init(
    requests: Int, eventsPerRequest: Int, appID: String, pageID: String, secret: String,
    event: (Int) -> BenchEvent
  ) {
    self.eventsPerRequest = eventsPerRequest
    var bytes: [UInt8] = []
    bytes.reserveCapacity(requests * (400 + eventsPerRequest * 300))
    var bounds = [0]
    var body: [UInt8] = []
    for request in 0..<requests {
      body.removeAll(keepingCapacity: true)
      body.append(contentsOf: #"{"object":"page","entry":["#.utf8)
      for place in 0..<eventsPerRequest {
        let event = event(request * eventsPerRequest + place)
        if place > 0 { body.append(UInt8(ascii: ",")) }
        body.append(contentsOf: "{\"id\":\"\(pageID)\",\"time\":\(event.time + 100),\"messaging\":[".utf8)
        body.append(contentsOf: event.body.utf8)
        body.append(contentsOf: "]}".utf8)
      }
      body.append(contentsOf: "]}".utf8)
      bytes.append(
        contentsOf: """
          POST /webhook HTTP/1.1\r
          Host: 127.0.0.1\r
          User-Agent: facebookexternalua\r
          Accept: */*\r
          Content-Type: application/json\r
          Content-Length: \(body.count)\r
          X-Hub-Signature: \(WebhookSignature.olderHeader(for: body, secret: secret))\r
          X-Hub-Signature-256: \(WebhookSignature.header(for: body, secret: secret))\r
          \r

          """.utf8)
      bytes.append(contentsOf: body)
      bounds.append(bytes.count)
    }
    self.bytes = bytes
    self.bounds = bounds
  }

  var count: Int { bounds.count - 1 }
  var events: Int { count * eventsPerRequest }

  /// Where a request stands in `bytes`.
  func range(of request: Int) -> Range<Int> { bounds[request]..<bounds[request + 1] }
}
