@testable import JobQueue

/// One server, the workers of a queue, those who write to it, and all that may go wrong: one step at a time, in an
/// order that only the seed decides.
final class ModelWorld {
  enum Verdict {
    case done(runsAhead: Bool)
    case lost
    case park(ParkReason, for: Int64)
    case failed(pause: Int64)
  }

  /// Something sent to the server: first it is done there, then its answer arrives. Either may fail.
  private final class Exchange {
    let name: String
    let worker: ModelWorker
    let lane: Int?
    var generation: Int
    let perform: () -> () -> Void
    let fail: () -> Void
    var answer: (() -> Void)?

    init(
      _ name: String, _ worker: ModelWorker, _ lane: Int?, _ generation: Int, _ perform: @escaping () -> () -> Void,
      _ fail: @escaping () -> Void
    ) {
      (self.name, self.worker, self.lane, self.generation) = (name, worker, lane, generation)
      (self.perform, self.fail) = (perform, fail)
    }
  }

  /// How often each thing happens. A quarter of the worlds is calm, so that workers sleep and wake; in a quarter lanes
  /// change hands in the middle of long jobs; in one the server crashes again and again; the rest is anything.
  private struct Climate {
    var writes, ends, time, trouble, durable, looks, steps: Int
    var isReliable: Bool
    /// How many troubles of a hundred are crashes of the server.
    var crashes = 15

    init(_ seed: UInt64, _ random: inout SplitMix) {
      writes = [25, 8, 2].randomElement(using: &random)!
      ends = [15, 4, 1].randomElement(using: &random)!
      time = [4, 12].randomElement(using: &random)!
      trouble = [1, 3, 6].randomElement(using: &random)!
      durable = [70, 10].randomElement(using: &random)!
      isReliable = random.chance(50)
      looks = 2
      steps = 1000
      if seed % 4 == 1 { (writes, ends, time, trouble, looks, steps, isReliable) = (8, 15, 1, 2, 8, 700, true) }
      if seed % 4 == 2 { (writes, ends, time, trouble, durable) = (3, 1, 8, 12, 0) }
      if seed % 4 == 3 {
        (writes, ends, time, trouble, durable, looks, crashes) = (8, 4, 3, 4, 20, 4, 80)
        isReliable = random.chance(70)
      }
    }
  }

  static let lanes = 3
  static let conversations = [0, 64, 128, 1, 65, 2] as [Int64]

  let seed: UInt64
  var random: SplitMix
  let server: ModelServer
  private var workers: [ModelWorker] = []
  private var writers: [ModelWriter] = []
  private var exchanges: [Exchange] = []
  /// Notifications, and news of a connection made anew, on their way.
  private var hints: [(worker: ModelWorker, look: Doorbell.Look?)] = []
  private var names = 0
  private var tokens = 0

  /// Whether notifications arrive and the network holds: then nobody needs to look without being told.
  private var isReliable: Bool { climate.isReliable }
  private let runsAhead: Bool
  /// Whether some jobs may be what ended earlier workers, so that they run singly.
  let hasSuspects: Bool
  private let climate: Climate
  private var isSettling = false
  private(set) var trace: [String]?

  var complaints: [String] { server.complaints }
  var written: Int { tokens }

  init(seed: UInt64, defect: Defect? = nil, traces: Bool = false) {
    self.seed = seed
    random = SplitMix(state: seed)
    server = ModelServer(lanes: Self.lanes, defect: defect)
    runsAhead = random.chance(20)
    hasSuspects = random.chance(25)
    climate = Climate(seed, &random)
    trace = traces ? [] : nil
    for _ in 0..<random.below(3) + 1 { addWorker() }
  }

  /// Runs to the end, or to the first complaint.
  func run() {
    for _ in 1...climate.steps where complaints.isEmpty {
      takeOne(actions())
      if isReliable, random.chance(climate.looks) { lookForSleepers() }
    }
    settle()
  }

  private func note(_ line: @autoclosure () -> String) {
    if trace != nil { trace?.append("\(server.clock) \(line())") }
  }

  // MARK: The server's side

  func ask<Answer>(
    _ name: String, for worker: ModelWorker, locking lane: Int?, _ statement: @escaping (ModelServer) -> Answer,
    then: @escaping (Answer?) -> Void
  ) {
    let server = server
    exchanges.append(
      Exchange(name, worker, lane, server.generation) {
        let answer = statement(server)
        return { then(answer) }
      } _: {
        then(nil)
      })
  }

  private func step(_ exchange: Exchange) {
    if exchange.answer == nil {
      if !isReliable, !isSettling, random.chance(3) {
        note("\(exchange.worker.name): \(exchange.name) is lost")
        exchange.answer = exchange.fail
      } else {
        note("\(exchange.worker.name): \(exchange.name)")
        let answer = exchange.perform()
        let isLost = !isReliable && !isSettling && random.chance(2)
        exchange.answer = isLost ? exchange.fail : answer
      }
    } else {
      deliver(exchange)
    }
  }

  private func deliver(_ exchange: Exchange) {
    // An answer from before a crash was received before any that was asked for after it.
    if exchange.name.hasPrefix("lease") {
      let older = exchanges.filter {
        $0.worker === exchange.worker && $0.generation < exchange.generation && $0 !== exchange
      }
      for old in older { deliver(old) }
    }
    guard let place = exchanges.firstIndex(where: { $0 === exchange }) else { return }
    exchanges.remove(at: place)
    note("\(exchange.worker.name): answer to \(exchange.name)")
    if exchange.worker.isAlive { exchange.answer?() }
  }

  func notify(_ lanes: Set<Int>) {
    for worker in workers where isReliable || !random.chance(30) { hints.append((worker, .lanes(lanes))) }
  }

  /// Asks all workers to renew their leases.
  func call() { for worker in workers { hints.append((worker, nil)) } }

  private func breakConnections() {
    for exchange in exchanges where exchange.answer == nil || random.chance(50) { exchange.answer = exchange.fail }
    writers = []
    hints = workers.map { ($0, .everywhere) }
  }

  // MARK: What may happen

  private typealias Action = (weight: Int, act: () -> Void)

  private func takeOne(_ actions: [Action]) {
    var place = random.below(actions.reduce(0) { $0 + $1.weight })
    for action in actions {
      place -= action.weight
      if place < 0 { return action.act() }
    }
  }

  private func actions() -> [Action] {
    var actions = progress()
    actions.append((climate.time, { [self] in server.pass(Int64(random.below(Int(ModelServer.lease / 6)))) }))
    if writers.count < 3 {
      actions.append((climate.writes, { [self] in startWriter() }))
    }
    for worker in workers where worker.mayRenew { actions.append((12, worker.renew)) }
    if !isReliable { for worker in workers { actions.append((1, { worker.ring(.everywhere) })) } }
    actions.append((climate.trouble, { [self] in goWrong() }))
    return actions
  }

  /// What goes on without time, new messages and trouble.
  private func progress() -> [Action] {
    var actions: [Action] = []
    for exchange in exchanges {
      let isHeldUp =
        exchange.answer == nil
        ? exchange.lane.map { !server.isFree($0, for: -1) } ?? false : exchange.worker.isPaused
      if !isHeldUp { actions.append((20, { [self] in step(exchange) })) }
    }
    for worker in workers {
      if worker.mayLoop { actions.append((20, worker.loop)) }
      for execution in worker.endable { actions.append((climate.ends, { [self] in end(execution, worker) })) }
    }
    for (place, hint) in hints.enumerated() where !hint.worker.isPaused {
      actions.append(
        (
          15,
          { [self] in
            hints.remove(at: place)
            if let look = hint.look { hint.worker.ring(look) } else { hint.worker.call() }
          }
        ))
    }
    for writer in writers where writer.mayStep {
      actions.append(
        (
          15,
          { [self] in
            note("writer \(writer.name): \(writer.stage)")
            writer.step(self)
            if writer.isDone { writers.removeAll { $0 === writer } }
          }
        ))
    }
    return actions
  }

  private func addWorker() {
    names += 1
    workers.append(ModelWorker(names, in: self))
  }

  private func startWriter() {
    names += 1
    let count = random.below(5) + 1
    let conversations = (0..<count).map { _ in Self.conversations.randomElement(using: &random)! }
    if random.chance(25) {
      writers.append(ModelWriter(names, .profile(conversations[0]), server))
    } else if random.chance(15) {
      server.forgetProfile(of: conversations[0])
    } else {
      let rows = conversations.map { conversation in
        tokens += 1
        return (conversation: conversation, token: tokens)
      }
      writers.append(ModelWriter(names, .messages(rows, isDurable: random.chance(climate.durable)), server))
    }
  }

  private func goWrong() {
    guard let worker = workers.randomElement(using: &random) else { return addWorker() }
    if random.chance(climate.crashes) {
      server.crash(&random)
      note("the server crashes; left: \(server.tables.rows.map(\.id))")
      return breakConnections()
    }
    switch random.below(10) {
    case 0..<5:
      worker.isPaused.toggle()
      note("\(worker.name) \(worker.isPaused ? "freezes" : "wakes")")
    case 5:
      note("\(worker.name) is killed")
      worker.kill()
      remove(worker)
    case 6:
      note("\(worker.name) is told to stop")
      if !worker.isPaused, !worker.isStopping { worker.stop() }
    case 7, 8: if workers.count < 4 { addWorker() }
    default:
      note("the server restarts")
      server.restart()
      breakConnections()
    }
    workers.removeAll { !$0.isAlive }
  }

  private func remove(_ worker: ModelWorker) {
    exchanges.removeAll { $0.worker === worker && ($0.answer != nil || random.chance(50)) }
    hints.removeAll { $0.worker === worker }
    workers.removeAll { $0 === worker }
  }

  // MARK: Handlers

  private func end(_ execution: ModelWorker.Execution, _ worker: ModelWorker) {
    let job = execution.job
    let loaded = execution.loaded!
    let verdict: Verdict
    if !loaded.isHeld {
      verdict = .lost
    } else if !isSettling, !loaded.isKnown, job.token.isMultiple(of: 3), job.parkedFor != .profile {
      verdict = .park(.profile, for: ModelServer.lease * 4)
    } else if !isSettling, random.chance(12) {
      verdict = .failed(pause: Int64(random.below(Int(ModelServer.lease))))
    } else if !isSettling, random.chance(4) {
      verdict = .park(.retry, for: 0)
    } else {
      verdict = .done(runsAhead: runsAhead)
    }
    note("\(worker.name): \(job.id) ends: \(verdict)")
    worker.end(execution, verdict)
  }

  // MARK: What must hold

  func willStart(_ job: Job, _ worker: ModelWorker) {
    note("\(worker.name): \(job.id) of \(job.conversation) starts")
    // Until the next renewal tells, a worker starts what is no longer its own; that counts for nothing.
    guard server.isHeld(job.lane, by: worker.name, epoch: job.epoch) else { return }
    let rows = server.tables.rows.filter { $0.conversation == job.conversation }
    if !rows.contains(where: { $0.id == job.id && $0.token == job.token && $0.isAside == (job.row < 0) }) {
      server.complain("\(job.id) started from where it does not stand")
    }
    if let before = rows.first(where: { $0.id < job.id }) {
      server.complain("\(job.id) started before \(before.id) of its conversation")
    }
  }

  /// Whoever loses a lane may have nothing under way in it that still reaches out.
  func takes(_ lane: Int, _ worker: ModelWorker) {
    for other in workers where other !== worker {
      for running in other.executions where running.acted && running.job.lane == lane && other.mayAct(running.job) {
        server.complain("\(worker.name) takes lane \(lane) while \(running.job.id) acts in worker \(other.name)")
      }
    }
  }

  func givesBack(_ lane: Int, _ worker: ModelWorker) {
    for running in worker.executions where running.job.lane == lane && worker.mayAct(running.job) {
      server.complain("\(worker.name) gives back lane \(lane) while \(running.job.id) runs")
    }
  }

  /// A handler reaches out, while its lease lets it: nobody else's may for the same conversation.
  func acts(_ execution: ModelWorker.Execution, _ worker: ModelWorker) {
    for other in workers {
      for running in other.executions where running !== execution && running.acted {
        guard running.job.conversation == execution.job.conversation, other.mayAct(running.job) else { continue }
        server.complain(
          "\(execution.job.id) acts in worker \(worker.name) while \(running.job.id) does in \(other.name)")
      }
    }
  }

  /// Lets everything come to rest, without time passing; then nothing may wait that a worker could do.
  private func lookForSleepers() {
    rest()
    guard complaints.isEmpty else { return }
    for (conversation, parking) in server.tables.parked where parking.reason == .profile {
      if server.tables.known.contains(conversation), parking.until > server.clock {
        server.complain("\(conversation) waits for a profile that is known")
      }
    }
    for row in server.tables.rows where !row.isAside && server.tables.parked[row.conversation] == nil {
      let owner = workers.first { worker in
        worker.lanes[row.lane].map { server.isHeld(row.lane, by: worker.name, epoch: $0.epoch) } ?? false
      }
      guard let owner, !owner.isPaused, !owner.isStopping, owner.deadline > server.clock else { continue }
      // Told of work that it could not read for an error: it looks again at the next poll.
      guard owner.postponed == .nowhere, !owner.isDraining(row.lane) else { continue }
      server.complain("\(row.id) waits while worker \(owner.name) sleeps")
    }
  }

  private func rest() {
    for _ in 0..<3000 {
      let actions = progress()
      guard !actions.isEmpty, complaints.isEmpty else { break }
      takeOne(actions)
    }
    workers.removeAll { !$0.isAlive }
  }

  /// No more trouble, time passes, everybody looks now and then: nothing may be left.
  private func settle() {
    isSettling = true
    note("settles")
    for worker in workers { worker.isPaused = false }
    if !workers.contains(where: { !$0.isStopping }) { addWorker() }
    for _ in 0..<80 where complaints.isEmpty {
      server.pass(ModelServer.lease / 3)
      for worker in workers {
        if worker.mayRenew { worker.renew() }
        worker.ring(.everywhere)
      }
      rest()
      if server.tables.rows.isEmpty { break }
    }
    guard complaints.isEmpty else { return }
    for row in server.tables.rows { server.complain("\(row.id) of \(row.conversation) is left behind") }
    for (conversation, tokens) in server.tables.written where server.tables.ended[conversation] ?? 0 != tokens.count {
      server.complain("of \(conversation) messages are missing")
    }
  }
}
