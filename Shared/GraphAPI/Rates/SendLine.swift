/// The line before one limit of a page: who may call now, and when the others are to come back.
///
/// The bucket keeps the pace and the order of those who wait; the gate keeps the limit, because who waits is late by as
/// much as its parking takes to end.
struct SendLine: Sendable {
  typealias Instant = ContinuousClock.Instant

  /// How late a promise may be taken up before it is forgotten.
  private static let patience = Duration.seconds(600)

  private var bucket: TokenBucket
  private var gate = SecondGate()
  /// By ticket: whoever was told to wait has its token, and is not to stand in line again.
  private var promises: [Int64: Instant] = [:]
  private var tidyAt = 1024

  init(at now: Instant) { bucket = TokenBucket(at: now) }

  var waiting: Int { promises.count }

  /// - Parameters:
  ///   - ticket: Tells that who asks has asked before.
  ///   - pausedUntil: Nobody may call before.
  /// - Returns: Zero to call now; else how long to wait before asking again.
  mutating func ask(_ ticket: Int64, at now: Instant, perSecond: Double, pausedUntil: Instant?) -> Duration {
    if let pausedUntil, pausedUntil > now, bucket.shut(until: pausedUntil) { promises.removeAll() }
    var due = promises[ticket] ?? bucket.take(at: now, perSecond: perSecond)
    if due <= now {
      guard let room = gate.pass(at: now, limit: max(1, Int(perSecond))) else {
        promises[ticket] = nil
        return .zero
      }
      due = room
    }
    promises[ticket] = due
    tidy(at: now)
    return now.duration(to: due)
  }

  /// Those who never came back were sent by another worker, or not at all.
  private mutating func tidy(at now: Instant) {
    guard promises.count >= tidyAt else { return }
    promises = promises.filter { $0.value.duration(to: now) < Self.patience }
    tidyAt = max(1024, promises.count * 2)
  }
}
