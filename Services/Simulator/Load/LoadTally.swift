import Synchronization

/// What has happened in a load so far: which messages went out, were acknowledged, were answered, how often and in
/// what order.
struct LoadTally: Sendable {
  typealias Instant = ContinuousClock.Instant

  private struct Message {
    var posted: Instant?
    var isAcknowledged = false
    var replies = 0
  }

  private var conversations: [[Message]]
  /// The highest message number answered so far in each conversation; −1: none.
  private var latest: [Int]
  /// One exact sample for each answered message.
  private(set) var latencies: [Duration] = []
  private(set) var acknowledged = 0
  private(set) var duplicated = 0
  private(set) var reordered = 0
  /// When the last message was acknowledged or first answered.
  private(set) var lastProgress: Instant?

  var answered: Int { latencies.count }

  init(plan: LoadPlan) {
    conversations = (0..<plan.conversations).map { Array(repeating: Message(), count: plan.count($0)) }
    latest = Array(repeating: -1, count: plan.conversations)
    latencies.reserveCapacity(plan.messages)
  }

  mutating func posted(_ conversation: Int, _ message: Int, at now: Instant) {
    conversations[conversation][message].posted = now
  }

  mutating func acknowledged(_ conversation: Int, _ message: Int, at now: Instant) {
    conversations[conversation][message].isAcknowledged = true
    acknowledged += 1
    lastProgress = now
  }

  mutating func replied(_ conversation: Int, _ message: Int, at now: Instant) {
    guard conversations[conversation].indices.contains(message),
      let posted = conversations[conversation][message].posted
    else { return }
    conversations[conversation][message].replies += 1
    guard conversations[conversation][message].replies == 1 else { return duplicated += 1 }
    if message < latest[conversation] { reordered += 1 }
    latest[conversation] = max(latest[conversation], message)
    latencies.append(posted.duration(to: now))
    lastProgress = now
  }

  func isAnswered(_ conversation: Int, _ message: Int) -> Bool {
    conversations[conversation][message].replies > 0
  }

  /// Acknowledged by the webhook and never answered.
  var lost: Int {
    conversations.reduce(0) { sum, messages in
      sum + messages.reduce(0) { $0 + ($1.isAcknowledged && $1.replies == 0 ? 1 : 0) }
    }
  }
}
