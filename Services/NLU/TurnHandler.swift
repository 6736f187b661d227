import Bots
import Contracts
import Cryptography
import JSON
import JobQueue
import Logging
import Messenger
import Postgres
import Scripting
import ServiceKit

/// One turn of a conversation: what the person said, what the bot makes of it, what goes out.
struct TurnHandler: JobHandler {
  /// How long a new person's first message waits for their name.
  static let profilePatience = Duration.seconds(2)
  /// What stands for a first name that Meta does not tell.
  static let namelessPerson = "there"
  /// The rule of a turn in which the bot kept silent.
  static let pausedRule = "paused"

  struct Turn: Sendable {
    let version: Int64
    let state: JSON
    let rule: String
    let replies: [SendJob]
  }

  let bot: Bot
  let logger: Logger
  private let loads: GroupCommit<QueueTarget, TurnStart>

  init(bot: Bot, pool: PostgresPool, logger: Logger) {
    self.bot = bot
    self.logger = logger
    loads = GroupCommit(limit: 200) { targets in try await TurnStart.load(targets, from: pool) }
  }

  func run(_ job: Job) async -> Verdict<Turn> {
    let trace = job.trace.flatMap { TraceContext(traceparent: $0) }?.child()
    return await TraceContext.$current.withValue(trace) {
      do {
        return try await turn(job)
      } catch let error as PostgresError where error.isUnavailable {
        return .park(.retry, atMost: .seconds(1))
      } catch {
        return .failed(error: "\(error)")
      }
    }
  }

  private func turn(_ job: Job) async throws -> Verdict<Turn> {
    let said = try UnderstandJob(payload: job.payload)
    let start = try await loads.submit(job.target)
    guard !start.isSilent else { return .done(silence(job, start)) }
    if start.profileIsPending, job.parkedFor != .profile, bot.script.reads("_userFirstName") {
      let recheck = Statement(
        "profile.recheck", "SELECT martlet.profile_recheck($1, $2)", [.text(job.pageID), .text(job.person)])
      return .park(.profile, atMost: Self.profilePatience, recheck: [recheck])
    }
    let reply = bot.reply(
      to: said.text ?? "", variables: ["_userFirstName": start.firstName ?? Self.namelessPerson],
      seed: UInt64(bitPattern: job.id))
    // What a person wrote may come back in a reply and make it longer than Meta takes.
    let messages = try MessageText.split(reply.text).map { part in
      try OutgoingMessage(to: .person(job.person), content: .text(part), grounds: .reply)
    }
    logger.info("turn", metadata: ["page.id": "\(job.pageID)", "job.id": "\(job.id)", "rule": "\(reply.rule)"])
    let turns = (start.state?["turns"]?.int64 ?? 0) + 1
    return .done(
      Turn(
        version: start.version, state: ["turns": JSON(turns)], rule: reply.rule,
        replies: messages.map { SendJob(messageID: randomID(), message: $0) }))
  }

  /// Taken note of and not answered, neither now nor later.
  private func silence(_ job: Job, _ start: TurnStart) -> Turn {
    logger.info(
      "turn without the bot: the thread is somebody else's",
      metadata: ["page.id": "\(job.pageID)", "job.id": "\(job.id)", "rule": "\(Self.pausedRule)"])
    return Turn(version: start.version, state: start.state ?? [:], rule: Self.pausedRule, replies: [])
  }

  func targets(of turn: Turn, for job: Job) -> [QueueTarget] {
    turn.replies.isEmpty ? [] : [QueueTarget(.send, pageID: job.pageID, person: job.person)]
  }

  func statements(applying done: [(job: Job, effect: Turn)]) -> [Statement] {
    guard !done.isEmpty else { return [] }
    let sends = done.flatMap { job, turn in
      turn.replies.map { reply in
        NewJob(
          QueueTarget(.send, pageID: job.pageID, person: job.person), kind: SendJob.kind, version: SendJob.version,
          trace: job.trace, payload: reply.payload.serialized(replacingNUL: true))
      }
    }
    return [saveTurns(done)] + QueueStatements.put(sends)
  }

  private func saveTurns(_ done: [(job: Job, effect: Turn)]) -> Statement {
    Statement(
      "turn.save",
      """
      SELECT martlet.turn_save($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6, $7::text[],
        $8::smallint[], $9::text[])
      """,
      [
        .array(done.map(\.job.id)), .array(done.map { Optional($0.job.pageID) }),
        .array(done.map { Optional($0.job.person) }), .array(done.map(\.effect.version)),
        .array(done.map { Optional($0.effect.state.serialized(replacingNUL: true)) }), .text(bot.digest),
        .array(done.map { Optional($0.effect.rule) }), .array(done.map(\.effect.replies.count)),
        .array(done.map(\.job.trace)),
      ])
  }
}
