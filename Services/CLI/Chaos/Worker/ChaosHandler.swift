import JobQueue
import Postgres

/// Does the jobs of the chaos suite: fails, parks and dawdles as each says, acts on the outside world while it may, and
/// leaves one row a job in the oracle's table.
struct ChaosHandler: JobHandler {
  let slot: Int
  let worker: String
  let line: OutsideLine
  let pool: PostgresPool

  func run(_ job: Job) async -> Verdict<Int> {
    guard let task = ChaosJob(payload: job.payload) else { return .failed(error: "not a job of the chaos suite") }
    switch task.mood {
    case .plain, .lingering: break
    case .doomed: return .failed(error: "doomed")
    // Not so often that the last attempt could come.
    case .flaky: if job.attempts < 3, Int.random(in: 0..<5) < 2 { return .failed(error: "flaky") }
    case .delayed:
      if job.parkedFor == nil { return .park(.delay, atMost: .milliseconds(Int.random(in: 20...400))) }
    case .profile:
      guard let isKnown = await isKnown(job, task) else { return .park(.retry, atMost: .milliseconds(200)) }
      if !isKnown {
        line.say("ask \(job.person) \(task.number)")
        return .park(.profile, atMost: .seconds(20), recheck: [OracleTables.recheck(job.person, task.number)])
      }
    case .slow: try? await Task.sleep(for: .milliseconds(Int.random(in: 20...300)))
    case .long: try? await Task.sleep(for: .milliseconds(2500))
    }
    // As outbound does when it writes its attempt: what was read before a crash of PostgreSQL is not acted upon.
    guard let isHeld = try? await pool.run(OracleTables.isHeld(job, by: worker)).count == 1 else {
      return .park(.retry, atMost: .milliseconds(100))
    }
    guard isHeld else { return .lost }
    // Looked at first: if the process is stopped between the look and the call, this tells so.
    let looked = MachineClock.now
    guard job.mayAct else { return .park(.retry, atMost: .zero) }
    line.say("act \(job.person) \(task.number) \(job.lane) \(job.epoch) \(looked)")
    if task.mood == .lingering { try? await Task.sleep(for: .milliseconds(Int.random(in: 50...500))) }
    return .done(task.number)
  }

  private func isKnown(_ job: Job, _ task: ChaosJob) async -> Bool? {
    try? await pool.run(OracleTables.isKnown(job.person, task.number)).count == 1
  }

  func targets(of effect: Int, for job: Job) -> [QueueTarget] { [] }

  func discarded(_ effect: Int, of job: Job) async {
    line.say("discarded \(job.person) \(effect)")
  }

  func statements(applying done: [(job: Job, effect: Int)]) -> [Statement] {
    done.isEmpty ? [] : [OracleTables.effects(done.map { ($0.job.person, $0.effect, $0.job.epoch) }, by: slot)]
  }
}
