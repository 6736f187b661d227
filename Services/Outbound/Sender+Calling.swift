import Contracts
import GraphAPI
import JobQueue
import Logging
import Messenger
import Metrics
import Pages
import Postgres

/// The call, and what follows from Meta's answer.
extension Sender {
  func call(_ call: SendCall, _ attempt: String, _ tries: Int) async -> Verdict<SendEffect> {
    let job = call.job
    // No byte leaves for Meta past the lease: somebody else may be sending this by now.
    guard job.mayAct else {
      return .park(.retry, atMost: .zero, recheck: [SendResult.statement([call.result(.waiting, of: attempt)])])
    }
    let metadata = SendMetadata(messageID: call.messageID, attemptID: attempt).text
    let started = ContinuousClock.now
    let outcome = await graph.sendMessage(
      page: job.pageID, token: call.token, appSecretProof: apps.proof(for: call.token, appID: call.page.appID),
      body: call.send.message.requestBody(metadata: metadata))
    Timer(label: "martlet_graph_call_seconds").recordNanoseconds(
      Int64(started.duration(to: .now) / .nanoseconds(1)))

    switch outcome {
    case .sent(let mid, _):
      retries.sent(page: job.pageID)
      log(.info, "message sent", job, "sent")
      return .done(.settled(call.result(.sent, of: attempt, mid: mid)))
    case .unknown(let error) where call.isAction: return pointless(call, error)
    case .unknown(let error):
      log(.warning, "message outcome unknown", job, "unknown", error: "\(error)")
      let stored = SendResult.statement([call.result(.unknown, of: attempt, error)])
      return .park(.unknown, atMost: patience.grace, recheck: [stored, call.recheck])
    case .refused(let error): return await refused(call, attempt, tries, error)
    }
  }

  /// Only what fails by itself counts as a try of the job: a limit, an outage, a dead token and another app that leads
  /// the thread are no fault of the message.
  private func refused(_ call: SendCall, _ attempt: String, _ tries: Int, _ error: GraphError) async
    -> Verdict<SendEffect>
  {
    let job = call.job
    let stored = SendResult.statement([call.result(.waiting, of: attempt, error)])
    switch error.disposition {
    case .reauthorise:
      // Operators are told once, by `PageWatch`.
      log(.info, "page token refused", job, "page", error: "\(error)")
      try? await pages.markDead(job.pageID, token: call.token)
      return waitForToken(job).recording(stored)
    case .drop, .unknown:
      log(.warning, "message refused", job, "refused", error: "\(error)")
      return .done(.settled(call.result(.refused, of: attempt, error)))
    case _ where call.isAction: return pointless(call, error)
    case .slowDown, .parkPage:
      log(.notice, "message will be tried again", job, "slow", error: "\(error)")
      let time = rates.ask(
        page: job.pageID, app: call.page.appID, kind: SendKind(call.send.message), ticket: job.id)
      return .park(.pace, atMost: max(time, RetryPause.time(after: tries)), recheck: [stored])
    case .parkConversation:
      log(.notice, "message waits: another app leads the thread", job, "human", error: "\(error)")
      return .park(
        .human, atMost: max(Self.humanPause, RetryPause.time(after: tries, atMost: .seconds(600))),
        recheck: [stored])
    case .retry:
      log(.notice, "message will be tried again", job, "retry", error: "\(error)")
      if retries.isOutage(error, page: job.pageID, waited: job.waited) {
        return .park(.retry, atMost: RetryPause.time(after: tries), recheck: [stored])
      }
      return .failed(error: "\(error)", pause: error.retryAfter ?? .zero, recording: [stored])
    }
  }

  /// An action whose moment is over before it could be sent, or shown to have been.
  func pointless(_ call: SendCall, _ error: GraphError?) -> Verdict<SendEffect> {
    log(.info, "action given up", call.job, "moment", error: error.map { "\($0)" })
    return .done(
      call.barred(.cancelled, by: .moment, error.map { "\($0)" } ?? "Its sender ended; an action is not repeated."))
  }
}

extension Verdict {
  /// The same with one more thing to write down in the transaction that parks.
  fileprivate func recording(_ statement: Statement) -> Verdict {
    guard case .park(let reason, let time, let recheck) = self else { return self }
    return .park(reason, atMost: time, recheck: [statement] + recheck)
  }
}
