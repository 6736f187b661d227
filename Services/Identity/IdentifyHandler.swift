import Contracts
import JobQueue
import Logging
import Metrics
import Postgres
import ServiceKit

/// Does what ingress asks identity for: a new person's profile, and taking note of account links and opt-ins.
///
/// What an opt-in allows stands in `contact_optin` already; tying a person to an account of the owner's comes with the
/// logins.
struct IdentifyHandler: JobHandler {
  enum Effect: Sendable {
    case profile(ProfileHandler.Answer)
    case noted
  }

  let profiles: ProfileHandler
  let logger: Logger

  func run(_ job: Job) async -> Verdict<Effect> {
    do {
      switch try IdentifyJob(kind: job.kind, payload: job.payload) {
      case .profile:
        return await profile(job)
      case .accountLinking(let isLinked, _, _):
        return note(job, [("account.linked", "\(isLinked)")])
      case .optIn(let kind, _, _, _):
        return note(job, [("optin.kind", kind)])
      }
    } catch {
      return .failed(error: "\(error)")
    }
  }

  private func profile(_ job: Job) async -> Verdict<Effect> {
    switch await profiles.run(job) {
    case .done(let answer): .done(.profile(answer))
    case .park(let reason, let limit, let recheck): .park(reason, atMost: limit, recheck: recheck)
    case .lost: .lost
    case .failed(let error, let pause, let recording): .failed(error: error, pause: pause, recording: recording)
    }
  }

  private func note(_ job: Job, _ more: [(String, String)]) -> Verdict<Effect> {
    TraceContext.$current.withValue(job.trace.flatMap { TraceContext(traceparent: $0) }?.child()) {
      Counter(label: "martlet_identify_events_total", dimensions: [("kind", job.kind)]).increment()
      var metadata: Logger.Metadata = [
        "page.id": "\(job.pageID)", "job.id": "\(job.id)", "job.kind": "\(job.kind)",
      ]
      for (key, value) in more { metadata[key] = "\(value)" }
      logger.info("taken note of who somebody is", metadata: metadata)
    }
    return .done(.noted)
  }

  func targets(of effect: Effect, for job: Job) -> [QueueTarget] {
    guard case .profile(let answer) = effect else { return [] }
    return profiles.targets(of: answer, for: job)
  }

  func statements(applying done: [(job: Job, effect: Effect)]) -> [Statement] {
    profiles.statements(
      applying: done.compactMap { job, effect in
        guard case .profile(let answer) = effect else { return nil }
        return (job, answer)
      })
  }
}
