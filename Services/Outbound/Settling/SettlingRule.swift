import JobQueue
import Pages

/// What to do about a message that already has an attempt: decided from its state, its age and the page's rule.
///
/// A message is never sent again while its outcome is open: the call may still be under way, and its echo may still
/// come. Only after the grace time does the page's stated rule decide.
struct SettlingRule: Sendable {
  enum Decision: Equatable, Sendable {
    /// It went out, or never will, or is kept back: nothing more to do.
    case finished
    /// Wait this long for the call to end or for the echo.
    case wait(Duration)
    case resend
    case hold
  }

  /// The longest that a call may take.
  let call: Duration
  /// How long, from the attempt, an echo may settle it.
  let grace: Duration

  func decide(state: String, age: Duration, rule: Page.UnknownRule) -> Decision {
    switch state {
    case "sent", "delivered", "read", "refused", "held", "too_late", "cancelled": return .finished
    case "queued", "waiting", "dead": return .resend
    default: break
    }
    // Its caller may only have lost the lane: the call itself must have had its time.
    let patience = max(call + .seconds(1), grace)
    if age < patience { return .wait(patience - age) }
    return rule == .resend ? .resend : .hold
  }

  /// Whether the message may have been sent by now.
  func isOpen(_ state: String) -> Bool { ["sending", "unknown"].contains(state) }
}
