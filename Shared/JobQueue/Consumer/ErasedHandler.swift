internal import Postgres

/// A handler whose effects are boxed: generic code that other modules use is not compiled for their types, and costs
/// several times as much for every job.
struct ErasedHandler: Sendable {
  struct Done: Sendable {
    let job: Job
    let effect: any Sendable
  }

  let runsAhead: Bool
  let isInstant: Bool
  let wakesTargets: Bool
  let run: @Sendable (Job) async -> Verdict<any Sendable>
  let targets: @Sendable (Done) -> [QueueTarget]
  let discarded: @Sendable (Done) async -> Void
  let statements: @Sendable ([Done]) -> [Statement]

  init<Handler: JobHandler>(_ handler: Handler) {
    runsAhead = handler.runsAhead
    isInstant = handler.isInstant
    wakesTargets = handler.wakesTargets
    run = { job in
      switch await handler.run(job) {
      case .done(let effect): .done(effect)
      case .park(let reason, let atMost, let recheck): .park(reason, atMost: atMost, recheck: recheck)
      case .lost: .lost
      case .failed(let error, let pause, let recording): .failed(error: error, pause: pause, recording: recording)
      }
    }
    targets = { handler.targets(of: $0.effect as! Handler.Effect, for: $0.job) }
    discarded = { await handler.discarded($0.effect as! Handler.Effect, of: $0.job) }
    statements = { done in
      handler.statements(applying: done.map { ($0.job, $0.effect as! Handler.Effect) })
    }
  }
}
