/// How much slower than its limits a page, or an app, is to call: by what Meta said last.
///
/// From 75 % of use on, calls become fewer; at 100 %, or when Meta refuses one, they stop for as long as Meta says.
/// Afterwards they come back slowly, twice as many every ten seconds: who goes on calling prolongs the block (Meta,
/// Graph API rate limiting).
struct Throttle: Sendable {
  typealias Instant = ContinuousClock.Instant

  private static let slowFrom = 75
  private static let least = 1.0 / 32
  /// The share that is left at just under 100 % of use.
  private static let leastByUse = 0.1
  static let doubling = Duration.seconds(10)
  /// What was said longer ago than this no longer counts.
  private static let memory = Duration.seconds(60)
  private static let firstPause = Duration.seconds(1)
  private static let longestPause = Duration.seconds(300)
  /// A refusal this soon after a pause says that the pause was too short.
  private static let relapse = Duration.seconds(2)

  private(set) var pausedUntil: Instant?
  /// The share at the end of the last pause.
  private var shareAfterPause = 1.0
  private var brakedAt: Instant?
  private var pauseWithoutWord = Self.firstPause
  private var use: (percent: Int, at: Instant)?

  /// Which part of its limits may be used, of those who are not to pause: 1 is all.
  func share(at now: Instant) -> Double {
    min(shareByRefusals(at: now), shareByUse(at: now))
  }

  /// Which part there will be when refusals are forgotten.
  func shareLater(at now: Instant) -> Double {
    shareByUse(at: now)
  }

  func isPaused(at now: Instant) -> Bool { pausedUntil.map { $0 > now } ?? false }

  private func shareByRefusals(at now: Instant) -> Double {
    guard let pausedUntil else { return 1 }
    let doublings = max(0, pausedUntil.duration(to: now) / Self.doubling)
    return min(1, shareAfterPause * .exp2(min(doublings, 64)))
  }

  private func shareByUse(at now: Instant) -> Double {
    guard let use, use.at.duration(to: now) < Self.memory, use.percent > Self.slowFrom else { return 1 }
    // It was said before a pause that has made it old.
    if let pausedUntil, use.at < pausedUntil { return 1 }
    let over = Double(min(use.percent, 100) - Self.slowFrom) / Double(100 - Self.slowFrom)
    return 1 - over * (1 - Self.leastByUse)
  }

  /// A usage header came.
  mutating func used(_ usage: UsageHeaders.Use, at now: Instant) {
    use = (usage.percent, now)
    if let regain = usage.regain {
      pause(for: regain, at: now)
    } else if usage.percent >= 100, !isPaused(at: now) {
      pause(for: Self.memory, at: now)
    }
  }

  /// Meta refused a call because there were too many.
  ///
  /// - Parameters:
  ///   - wait: How long Meta says to wait; without its word a second, and twice as long each time that was too short.
  ///   - calledAt: When the refused call began: calls that were under way together slow down once.
  mutating func refused(wait: Duration?, calledAt: Instant, at now: Instant) {
    if let brakedAt, calledAt < brakedAt {
      if let wait { pause(for: wait, at: now) }
      return
    }
    let isSoon = pausedUntil.map { $0.duration(to: now) < Self.relapse } ?? false
    pauseWithoutWord = isSoon ? min(pauseWithoutWord * 2, Self.longestPause) : Self.firstPause
    let share = max(Self.least, shareByRefusals(at: now) / 2)
    pause(for: wait ?? pauseWithoutWord, at: now)
    shareAfterPause = share
    brakedAt = now
  }

  private mutating func pause(for time: Duration, at now: Instant) {
    let share = shareByRefusals(at: now)
    let until = now.advanced(by: time)
    guard until > pausedUntil ?? now else { return }
    shareAfterPause = min(share, 0.5)
    pausedUntil = until
  }
}

extension Double {
  /// 2 to the power of a number of doublings, without a mathematics library.
  fileprivate static func exp2(_ doublings: Double) -> Double {
    let whole = doublings.rounded(.down)
    return Double(sign: .plus, exponent: Int(whole), significand: 1) * (1 + (doublings - whole))
  }
}
