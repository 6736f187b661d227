import Contracts
import GraphAPI
import JobQueue
import Logging
import Messenger
import Metrics
import Pages
import Postgres
import ServiceKit

/// Sends one message: the attempt is written, the Graph API called, the outcome written with the job's end.
struct Sender: JobHandler {
  struct Patience: Sendable {
    /// The longest that one call may take.
    let call: Duration
    /// How long an open outcome waits for its echo before the page's rule decides.
    let grace: Duration
  }

  enum Effect: Sendable {
    case settled(SendResult)
    /// Kept back by the page's rule.
    case held(messageID: String)
    /// An earlier attempt is known to have ended it.
    case alreadySettled
  }

  let graph: GraphClient
  let pages: PageDirectory
  let apps: AppSecrets
  let attempts: AttemptLedger
  let patience: Patience
  let pool: PostgresPool
  let logger: Logger

  func run(_ job: Job) async -> Verdict<Effect> {
    let trace = job.trace.flatMap { TraceContext(traceparent: $0) }?.child()
    return await TraceContext.$current.withValue(trace) {
      do {
        return try await send(try SendJob(payload: job.payload), job)
      } catch let error as PostgresError where error.isUnavailable {
        return .park(.retry, atMost: .seconds(1))
      } catch {
        return .failed(error: "\(error)")
      }
    }
  }

  private func send(_ send: SendJob, _ job: Job) async throws -> Verdict<Effect> {
    let page = try await pages.page(job.pageID)
    guard case .live(let token) = page.token else { return waitForToken(job) }
    guard job.mayAct else { return .park(.retry, atMost: .zero) }
    if send.delay > .zero, job.attempts == 0, job.parkedFor == nil { return .park(.delay, atMost: send.delay) }

    switch try await attempts.start(job, message: send.messageID) {
    case .started(let attempt): return await call(send, job, page, token, attempt)
    case .lost: return .lost
    case .earlier(let attempt, let state, let age):
      let rule = SettlingRule(call: patience.call, grace: patience.grace)
      switch rule.decide(state: state, age: age, rule: page.unknownRule) {
      case .finished: return .done(.alreadySettled)
      case .wait(let time):
        log(.warning, "message outcome unknown: its sender is gone", job, "unknown")
        let left = SendResult(
          pageID: job.pageID, messageID: send.messageID, attemptID: attempt, state: .unknown, mid: nil, error: nil)
        return .park(.unknown, atMost: time, recheck: [SendResult.statement([left]), recheck(send, job)])
      case .hold:
        log(.warning, "message held: its outcome stayed open", job, "held")
        return .done(.held(messageID: send.messageID))
      case .resend: return try await resend(send, job, page, token, after: attempt)
      }
    }
  }

  private func resend(
    _ send: SendJob, _ job: Job, _ page: Page, _ token: String, after earlier: String
  ) async throws -> Verdict<Effect> {
    log(.warning, "message sent again: its outcome stayed open", job, "resent")
    switch try await attempts.start(job, message: send.messageID, resends: earlier) {
    case .started(let attempt): return await call(send, job, page, token, attempt)
    case .lost: return .lost
    // Settled in this very moment, or taken over: looked at again.
    case .earlier: return .park(.unknown, atMost: .milliseconds(500), recheck: [recheck(send, job)])
    }
  }

  private func call(_ send: SendJob, _ job: Job, _ page: Page, _ token: String, _ attempt: String) async
    -> Verdict<Effect>
  {
    func result(_ state: SendResult.State, mid: String? = nil, _ error: GraphError? = nil) -> SendResult {
      SendResult(
        pageID: job.pageID, messageID: send.messageID, attemptID: attempt, state: state, mid: mid, error: error)
    }
    // No byte leaves for Meta past the lease: somebody else may be sending this by now.
    guard job.mayAct else {
      return .park(.retry, atMost: .zero, recheck: [SendResult.statement([result(.waiting)])])
    }
    let metadata = SendMetadata(messageID: send.messageID, attemptID: attempt).text
    let started = ContinuousClock.now
    let outcome = await graph.sendMessage(
      page: job.pageID, token: token, appSecretProof: apps.proof(for: token, appID: page.appID),
      body: send.message.requestBody(metadata: metadata))
    Timer(label: "martlet_graph_call_seconds").recordNanoseconds(
      Int64(started.duration(to: .now) / .nanoseconds(1)))

    switch outcome {
    case .sent(let mid, _):
      log(.info, "message sent", job, "sent")
      return .done(.settled(result(.sent, mid: mid)))
    case .unknown(let error):
      log(.warning, "message outcome unknown", job, "unknown", error)
      let stored = SendResult.statement([result(.unknown, error)])
      return .park(.unknown, atMost: patience.grace, recheck: [stored, recheck(send, job)])
    case .refused(let error):
      return await refused(error, job, token, result(.waiting, error), result(.refused, error))
    }
  }

  private func refused(
    _ error: GraphError, _ job: Job, _ token: String, _ waiting: SendResult, _ refused: SendResult
  ) async -> Verdict<Effect> {
    switch error.disposition {
    case .retry, .slowDown, .parkPage, .parkConversation:
      log(.notice, "message will be tried again", job, "retry", error)
      let recording = [SendResult.statement([waiting])]
      return .failed(error: "\(error)", pause: error.retryAfter ?? .zero, recording: recording)
    case .reauthorise:
      log(.error, "page token refused: its messages wait for a new one", job, "page", error)
      try? await pages.markDead(job.pageID, token: token)
      let parking = waitForToken(job)
      guard case .park(let reason, let time, let recheck) = parking else { return parking }
      return .park(reason, atMost: time, recheck: [SendResult.statement([waiting])] + recheck)
    case .drop, .unknown:
      log(.warning, "message refused", job, "refused", error)
      return .done(.settled(refused))
    }
  }

  private func waitForToken(_ job: Job) -> Verdict<Effect> {
    .park(
      .page, atMost: .seconds(60), recheck: [PageToken.recheck(pageID: job.pageID, person: job.person)])
  }

  private func recheck(_ send: SendJob, _ job: Job) -> Statement {
    Statement(
      "unknown.recheck", "SELECT martlet.unknown_recheck($1, $2, $3::uuid)",
      [.text(job.pageID), .text(job.person), .text(send.messageID)])
  }

  private func log(
    _ level: Logger.Level, _ message: Logger.Message, _ job: Job, _ outcome: String, _ error: GraphError? = nil
  ) {
    Counter(label: "martlet_sends_total", dimensions: [("outcome", outcome)]).increment()
    var metadata: Logger.Metadata = ["page.id": "\(job.pageID)", "job.id": "\(job.id)"]
    metadata["error"] = error.map { "\($0)" }
    logger.log(level: level, message, metadata: metadata)
  }

  func targets(of effect: Effect, for job: Job) -> [QueueTarget] { [] }

  /// What Meta answered is recorded even where the job is somebody else's by now: only the message's latest attempt
  /// takes effect.
  func discarded(_ effect: Effect, of job: Job) async {
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

  func statements(applying done: [(job: Job, effect: Effect)]) -> [Statement] {
    var results: [SendResult] = []
    var held: [(job: Job, messageID: String)] = []
    for (job, effect) in done {
      switch effect {
      case .settled(let result): results.append(result)
      case .held(let messageID): held.append((job, messageID))
      case .alreadySettled: break
      }
    }
    var statements: [Statement] = results.isEmpty ? [] : [SendResult.statement(results)]
    if !held.isEmpty {
      let all = held.map { ($0.job.pageID, $0.messageID) } + results.map { ($0.pageID, $0.messageID) }
      statements.insert(
        Statement(
          "send.lock", "SELECT martlet.message_lock($1::text[], $2::uuid[])",
          [.array(all.map { Optional($0.pageID) }), .array(all.map { Optional($0.messageID) })]), at: 0)
      statements.append(
        Statement(
          "send.hold",
          "SELECT martlet.send_hold($1::text[], $2::uuid[], $3::text[], $4::smallint[], $5::text[], $6::text[])",
          [
            .texts(held.map(\.job.pageID)), .array(held.map { Optional($0.messageID) }), .texts(held.map(\.job.kind)),
            .smallints(held.map(\.job.version)), .texts(held.map(\.job.trace)),
            .texts(held.map { String(decoding: $0.job.payload, as: UTF8.self) }),
          ]))
    }
    return statements
  }
}
