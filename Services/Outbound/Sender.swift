import Contracts
import GraphAPI
import JobQueue
import Logging
import Messenger
import Metrics
import Pages
import Postgres
import ServiceKit

/// Sends one message: whether it may go is judged, the attempt written, the Graph API called, and the outcome written
/// with the job's end.
///
/// The order of the questions: has the page a token, is the message's moment there, may Meta be sent this at all, is there
/// room in the page's rate, and at last, in the database, may it go to this person now.
struct Sender: JobHandler {
  struct Patience: Sendable {
    /// The longest that one call may take.
    let call: Duration
    /// How long an open outcome waits for its echo before the page's rule decides.
    let grace: Duration
  }

  let graph: GraphClient
  let pages: PageDirectory
  let apps: AppSecrets
  let rates: PageRates
  let retries = RetryPause()
  let attempts: AttemptLedger
  let conversations: ConversationReader
  let patience: Patience
  let pool: PostgresPool
  let logger: Logger

  /// How long a conversation waits that another app leads, where nobody says that it came back.
  static let humanPause = Duration.seconds(60)

  func run(_ job: Job) async -> Verdict<SendEffect> {
    let trace = job.trace.flatMap { TraceContext(traceparent: $0) }?.child()
    return await TraceContext.$current.withValue(trace) {
      do {
        return try await send(try SendJob(payload: job.payload), job)
      } catch let error as PostgresError where error.isUnavailable {
        return .park(.retry, atMost: .seconds(1))
      } catch let error as ContractError {
        guard let refused = error.refused else { return .failed(error: "\(error)") }
        return .done(.barred(SendEffect.Barred(messageID: refused.messageID, refused.cause)))
      } catch {
        return .failed(error: "\(error)")
      }
    }
  }

  private func send(_ send: SendJob, _ job: Job) async throws -> Verdict<SendEffect> {
    let page = try await pages.page(job.pageID)
    guard case .live(let token) = page.token else { return waitForToken(job) }
    guard job.mayAct else { return .park(.retry, atMost: .zero) }
    if send.delay > .zero, job.attempts == 0, job.parkedFor == nil { return .park(.delay, atMost: send.delay) }
    let call = SendCall(send: send, job: job, page: page, token: token)
    if let breach = Lawfulness.misfit(send.message) ?? call.misdirection { return unlawful(call, .refused, breach) }
    if case .wait(let time) = await rates.permit(
      page: job.pageID, app: page.appID, kind: SendKind(send.message), ticket: job.id)
    {
      return .park(.pace, atMost: time)
    }
    return try await attempt(call)
  }

  /// - Parameter earlier: The attempt whose outcome stayed open, where the page's rule says to send again.
  func attempt(_ call: SendCall, resends earlier: String? = nil) async throws -> Verdict<SendEffect> {
    let answer = try await attempts.start(call.job, message: call.messageID, terms: call.terms, resends: earlier)
    switch answer {
    case .started(let attempt, let tries): return await self.call(call, attempt, tries)
    case .lost: return .lost
    case .barred(let bar, let lastIn, let now): return barred(call, bar, ContactWindow(lastIn: lastIn), now)
    // Settled in this very moment, or taken over: looked at again.
    case .earlier where earlier != nil: return .park(.unknown, atMost: .milliseconds(500), recheck: [call.recheck])
    case .earlier(let attempt, let state, let age): return try await settle(call, attempt, state, age)
    }
  }

  func waitForToken(_ job: Job) -> Verdict<SendEffect> {
    .park(.page, atMost: .seconds(60), recheck: [PageToken.recheck(pageID: job.pageID, person: job.person)])
  }

  func log(
    _ level: Logger.Level, _ message: Logger.Message, _ job: Job, _ outcome: String, error: String? = nil
  ) {
    Counter(label: "martlet_sends_total", dimensions: [("outcome", outcome)]).increment()
    var metadata: Logger.Metadata = ["page.id": "\(job.pageID)", "job.id": "\(job.id)"]
    metadata["error"] = error.map { "\($0)" }
    logger.log(level: level, message, metadata: metadata)
  }

  func targets(of effect: SendEffect, for job: Job) -> [QueueTarget] { [] }

  /// What Meta answered is recorded even where the job is somebody else's by now: only the message's latest attempt
  /// takes effect.
  func discarded(_ effect: SendEffect, of job: Job) async {
    guard case .settled(let result) = effect else { return }
    for _ in 0..<20 where !Task.isCancelled {
      do {
        try await pool.run([.synchronousCommit(true), SendResult.statement([result])])
        return
      } catch {
        try? await Task.sleep(for: .milliseconds(500))
      }
    }
  }

  func statements(applying done: [(job: Job, effect: SendEffect)]) -> [Statement] {
    SendEffects(done).statements
  }
}
