import Cryptography
import HTTPClient
import ServiceKit
import Synchronization

/// Posts webhooks the way Meta does: signed, five seconds for the answer, again on anything but 200.
final class WebhookPoster: Sendable {
  private let client: HTTPClient
  private let secret: String
  private let ledger: Ledger
  private let answerTime: Duration
  private let target: Mutex<String>

  /// - Parameter answerTime: Meta, webhooks: "respond in 5 seconds or less".
  init(client: HTTPClient, secret: String, url: String, ledger: Ledger, answerTime: Duration) {
    self.client = client
    self.secret = secret
    self.ledger = ledger
    self.answerTime = answerTime
    target = Mutex(url)
  }

  var url: String {
    get { target.withLock { $0 } }
    set { target.withLock { $0 = newValue } }
  }

  /// One attempt; the status of the answer, 0 when there was none in time.
  func post(_ body: [UInt8], trace: TraceContext) async -> Int {
    let request = HTTPClientRequest(
      method: "POST", url: url,
      headers: [
        ("Content-Type", "application/json"), ("User-Agent", "facebookexternalua"),
        ("X-Hub-Signature-256", WebhookSignature.header(for: body, secret: secret)),
        ("traceparent", trace.traceparent),
      ],
      body: body, timeout: answerTime, maximumResponseBytes: 64 << 10)
    let status = (try? await client.send(request).status) ?? 0
    ledger.count("webhook", status: status)
    return status
  }

  /// How long to wait after so many failed attempts, from 1. Meta retries at once, then less and less often.
  static func pause(after failures: Int) -> Duration {
    let steps: [Duration] = [
      .milliseconds(200), .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(15),
    ]
    return failures <= steps.count ? steps[failures - 1] : .seconds(30)
  }
}
