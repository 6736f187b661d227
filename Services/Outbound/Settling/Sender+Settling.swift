import Contracts
import GraphAPI
import JobQueue
import Logging
import Messenger
import Pages

/// What becomes of a message that is not simply called for: one with an earlier attempt, and one that may not go.
extension Sender {
  /// Its outcome is open until an echo or a delivery tells. After the grace time Meta's copy of the conversation is
  /// looked at, and then the page's rule decides.
  func settle(
    _ call: SendCall, _ attempt: String, _ state: String, _ age: Duration
  ) async throws -> Verdict<SendEffect> {
    let job = call.job
    let rule = SettlingRule(call: patience.call, grace: patience.grace)
    let decision = rule.decide(state: state, age: age, rule: call.page.unknownRule)
    switch decision {
    case .finished: return .done(.alreadySettled)
    case _ where call.isAction:
      return pointless(call, nil)
    case .wait(let time):
      log(.warning, "message outcome unknown: its sender is gone", job, "unknown")
      let left = SendResult.statement([call.result(.unknown, of: attempt)])
      return .park(.unknown, atMost: time, recheck: [left, call.recheck])
    case .hold, .resend:
      if rule.isOpen(state), case .text(let text, _) = call.send.message.content,
        let mid = await conversations.find(text, to: job.person, age: age, page: call.page, token: call.token)
      {
        log(.notice, "message found in the conversation: it was sent", job, "found")
        return .done(.found(call.result(.sent, of: attempt, mid: mid)))
      }
      if decision == .hold {
        log(.warning, "message held: its outcome stayed open", job, "held")
        return .done(.held(messageID: call.messageID))
      }
      if rule.isOpen(state) { log(.warning, "message sent again: its outcome stayed open", job, "resent") }
      return try await self.attempt(call, resends: attempt)
    }
  }

  /// No call is made. Somebody else's answer ends what gives way to them; what is too late is told with what to do.
  func barred(_ call: SendCall, _ bar: SendBar, _ window: ContactWindow, _ now: Int64) -> Verdict<SendEffect> {
    let job = call.job
    switch bar {
    case .led: return .park(.human, atMost: Self.humanPause)
    case .silent:
      log(.info, "reply dropped: somebody else answers", job, "overtaken")
      return .done(
        call.barred(.cancelled, by: .takeover, "Somebody else answers this person, so the bot's reply was dropped."))
    case .tooLate:
      guard case .unlawful(let breach) = Lawfulness.judge(call.send.message, window, now: now) else {
        return unlawful(call, .tooLate, Breach(.windowClosed(after: .standard, hours: nil)))
      }
      return unlawful(call, .tooLate, breach)
    case .spent: return unlawful(call, .refused, Breach(.tokenUsed))
    case .stopped: return unlawful(call, .refused, Breach(.tokenStopped))
    case .expired: return unlawful(call, .refused, Breach(.tokenExpired))
    case .unapproved: return unlawful(call, .refused, Breach(.templateNotApproved))
    }
  }

  func unlawful(_ call: SendCall, _ state: SendEffect.Barred.State, _ breach: Breach) -> Verdict<SendEffect> {
    log(.warning, "message not sent: it would break Meta's rules", call.job, state.rawValue, error: "\(breach)")
    return .done(call.barred(state, by: breach))
  }
}
