import Cryptography
import JSON
import Testing

@testable import CLI

@Suite("The ingress bench's requests")
struct WebhookLoadTests {
  private func load(_ requests: Int, _ events: Int) -> WebhookLoad {
    WebhookLoad(requests: requests, eventsPerRequest: events, appID: "1", pageID: "2", secret: "s") {
      BenchEvent(number: $0, series: 7 << 40, people: 10, pageID: "2")
    }
  }

  @Test("each is whole, signed, and holds events that no other holds")
  func requests() throws {
    let load = load(5, 20)
    var mids: Set<String> = []
    for request in 0..<load.count {
      let text = String(decoding: load.bytes[load.range(of: request)], as: UTF8.self)
      let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
      let fields = parts[0].split(separator: "\r\n").dropFirst().map { $0.split(separator: ": ", maxSplits: 1) }
      let headers = Dictionary(uniqueKeysWithValues: fields.map { ($0[0], String($0[1])) })
      let body = Array(parts[1].utf8)
      #expect(headers["Content-Length"] == "\(body.count)")
      #expect(WebhookSignature.verify(header: headers["X-Hub-Signature-256"], body: body, secrets: ["s"]))
      let entries = try #require(try JSON(parsing: body)["entry"]?.array)
      #expect(entries.count == 20)
      for entry in entries { mids.insert(try #require(entry["messaging"]?[0]?["message"]?["mid"]?.string)) }
    }
    #expect(mids.count == 100)
    #expect(load.events == 100)
  }

  @Test("an answer's status is known when its body is whole, however it is cut")
  func answers() {
    let answer = Array("HTTP/1.1 503 Service Unavailable\r\ncontent-LENGTH: 3\r\nretry-after: 1\r\n\r\nabc".utf8)
    for cut in 1..<answer.count {
      var reader = AnswerReader()
      let first = answer[..<cut].withUnsafeBytes { reader.take($0) }
      let second = answer[cut...].withUnsafeBytes { reader.take($0) }
      #expect(first == nil)
      #expect(second == 503)
    }
  }
}
