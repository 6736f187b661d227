import GraphAPI
import Synchronization

/// How long a message waits for another try, and whether the try that failed counts against it.
///
/// An outage is nobody's fault: while nothing of a page goes through, its messages are tried again for as long as they
/// may be sent. What fails alone, beside others of its page that go through, is tried twelve times.
final class RetryPause: Sendable {
  private static let first = Duration.milliseconds(500)
  private static let longest = Duration.seconds(60)
  /// A page through which something went so recently has no outage.
  private static let alive = Duration.seconds(60)
  /// Whoever has waited for this long has outlived every outage that we know of.
  private static let patience = Duration.seconds(24 * 3600)
  /// "Unknown error", "temporarily unavailable", "temporary send failure": Meta's words for an outage, and for a person
  /// who blocked the page.
  private static let ambiguous: Set = [1, 2, 1200]

  private let sentAt = Mutex<[String: ContinuousClock.Instant]>([:])

  /// Half fixed, half random, so that what failed together does not come back together.
  static func time(after tries: Int, atMost longest: Duration = longest) -> Duration {
    let full = min(first * (1 << min(max(tries - 1, 0), 20)), longest)
    return full / 2 + full / 2 * Double.random(in: 0...1)
  }

  func sent(page: String) {
    sentAt.withLock { $0[page] = .now }
  }

  /// - Parameter waited: How long the message has stood in its queue.
  func isOutage(_ error: GraphError, page: String, waited: Duration) -> Bool {
    guard error.disposition == .retry else { return false }
    guard let code = error.code else { return true }
    let isAlive = sentAt.withLock { $0[page] }.map { $0.duration(to: .now) < Self.alive } ?? false
    return Self.ambiguous.contains(code) && error.subcode == nil && !isAlive && waited < Self.patience
  }
}
