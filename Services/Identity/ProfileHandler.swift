import GraphAPI
import JSON
import JobQueue
import Logging
import Metrics
import Pages
import Postgres
import ServiceKit

/// Asks Meta once who a new person is, and lets the conversation that waits for the answer go on.
struct ProfileHandler: JobHandler {
  static let maximumAttempts = 5

  struct Answer: Sendable {
    /// Nil when Meta refused to tell; the conversation goes on without a name.
    let profile: Profile?
  }

  let graph: GraphClient
  let pages: PageDirectory
  let apps: AppSecrets
  let logger: Logger

  func run(_ job: Job) async -> Verdict<Answer> {
    let trace = job.trace.flatMap { TraceContext(traceparent: $0) }?.child()
    return await TraceContext.$current.withValue(trace) { await ask(job) }
  }

  private func ask(_ job: Job) async -> Verdict<Answer> {
    let page: Page
    do { page = try await pages.page(job.pageID) } catch { return .park(.retry, atMost: .seconds(1)) }
    guard case .live(let token) = page.token else {
      let recheck = PageToken.recheck(pageID: job.pageID, person: job.person)
      return .park(.page, atMost: .seconds(60), recheck: [recheck])
    }
    guard job.mayAct else { return .park(.retry, atMost: .zero) }
    do {
      let profile = try await graph.profile(
        person: job.person, token: token, appSecretProof: apps.proof(for: token, appID: page.appID))
      log("profile stored", job, "known")
      return .done(Answer(profile: profile))
    } catch {
      return await refused(error, job, token)
    }
  }

  private func refused(_ error: GraphError, _ job: Job, _ token: String) async -> Verdict<Answer> {
    logger.debug("profile not told", metadata: ["error": "\(error)"])
    switch error.disposition {
    // A bare 10 or 200 says that this app may not read profiles; only 102 and 190 say that the token is dead.
    case .reauthorise where error.code != 102 && error.code != 190:
      return giveUp(job)
    case .reauthorise:
      try? await pages.markDead(job.pageID, token: token)
      let recheck = PageToken.recheck(pageID: job.pageID, person: job.person)
      return .park(.page, atMost: .seconds(60), recheck: [recheck])
    case .drop, .parkPage, .parkConversation:
      return giveUp(job)
    case .retry, .slowDown, .unknown:
      // Asking twice does no harm, so an open outcome is only a failure; but nobody waits for a name for ever.
      return job.attempts + 1 < Self.maximumAttempts ? .failed(error: "\(error)") : giveUp(job)
    }
  }

  /// The conversation goes on without a name.
  private func giveUp(_ job: Job) -> Verdict<Answer> {
    log("profile refused", job, "refused")
    return .done(Answer(profile: nil))
  }

  private func log(_ message: Logger.Message, _ job: Job, _ outcome: String) {
    Counter(label: "martlet_profiles_total", dimensions: [("outcome", outcome)]).increment()
    logger.info(message, metadata: ["page.id": "\(job.pageID)", "job.id": "\(job.id)"])
  }

  func targets(of answer: Answer, for job: Job) -> [QueueTarget] {
    [QueueTarget(.understand, pageID: job.pageID, person: job.person)]
  }

  func statements(applying done: [(job: Job, effect: Answer)]) -> [Statement] {
    guard !done.isEmpty else { return [] }
    let save = Statement(
      "profile.save",
      "SELECT martlet.profile_save($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])",
      [
        .array(done.map { Optional($0.job.pageID) }), .array(done.map { Optional($0.job.person) }),
        .array(done.map { Optional($0.effect.profile == nil ? "refused" : "known") }),
        .array(done.map(\.effect.profile?.firstName)), .array(done.map(\.effect.profile?.lastName)),
        .array(done.map { $0.effect.profile?.raw.serialized(replacingNUL: true) }),
      ])
    let waiting = done.map { QueueTarget(.understand, pageID: $0.job.pageID, person: $0.job.person) }
    return [save, QueueStatements.wake(.understand, .profile, waiting)]
  }
}
