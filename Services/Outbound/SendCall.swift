import Contracts
import GraphAPI
import JobQueue
import Messenger
import Pages
import Postgres

/// A message on its way through the sender, with all that its steps need.
struct SendCall: Sendable {
  let send: SendJob
  let job: Job
  let page: Page
  let token: String
  let terms: SendTerms

  init(send: SendJob, job: Job, page: Page, token: String) {
    (self.send, self.job, self.page, self.token) = (send, job, page, token)
    terms = SendTerms(send.message)
  }

  var messageID: String { send.messageID }

  /// "Typing" and its like: worth nothing later, and without an echo.
  var isAction: Bool { send.message.content.isAction }

  /// A message to somebody else than whose conversation it stands in: that one's window would be asked in vain.
  var misdirection: Breach? {
    guard case .person(let person) = send.message.recipient, person != job.person else { return nil }
    return Breach(.groundsRecipientMismatch)
  }

  func result(
    _ state: SendResult.State, of attempt: String, mid: String? = nil, _ error: GraphError? = nil
  ) -> SendResult {
    SendResult(
      pageID: job.pageID, messageID: messageID, attemptID: attempt, state: state, mid: mid, error: error)
  }

  func barred(_ state: SendEffect.Barred.State, by breach: Breach) -> SendEffect {
    barred(state, by: .law, breach.sentence + ".", remedy: breach.remedy)
  }

  func barred(
    _ state: SendEffect.Barred.State, by reason: SendEffect.Barred.Reason, _ error: String, remedy: String? = nil
  ) -> SendEffect {
    .barred(
      SendEffect.Barred(
        messageID: messageID, state: state, reason: reason, error: error, remedy: remedy, grounds: terms.grounds))
  }

  /// For the transaction that parks it: an outcome that became known meanwhile ends the wait.
  var recheck: Statement {
    Statement(
      "unknown.recheck", "SELECT martlet.unknown_recheck($1, $2, $3::uuid)",
      [.text(job.pageID), .text(job.person), .text(messageID)])
  }
}
