import ChildProcesses
import LocalCluster
import Postgres

/// Brings the faults, one after the other: each kind once a round, in an order that the seed decides.
///
/// Its sleeps are the faults themselves, how long each lasts and how far apart they are; nothing is expected of a moment.
struct FaultDirector {
  let cluster: LocalCluster
  let route: ChaosRoute
  let crew: ChaosCrew
  let world: OutsideWorld
  let proxy: HalfOpenProxy
  let probe: NoticeProbe
  let tell: @Sendable (String) -> Void
  var random: SeededRandom

  /// How often each came, and what was measured meanwhile.
  struct Log: Sendable {
    var counts: [ChaosFault: Int] = [:]
    var worstNoticed = Duration.zero
    var worstNoticedHalfOpen = Duration.zero
    var worstNoticedByPoll = Duration.zero
    /// From the silence of its connection until a listener listened on another.
    var worstReconnect = Duration.zero
  }

  private(set) var log = Log()

  /// One whole round at least, then until the time is over.
  mutating func run(_ faults: [ChaosFault], until end: ContinuousClock.Instant) async throws {
    let begin = ContinuousClock.now
    let possible = faults.filter { $0.lacks == nil }
    try await Task.sleep(for: .seconds(1))
    var isFirst = true
    while isFirst || .now < end {
      for fault in possible.shuffled(using: &random) where isFirst || .now < end {
        tell("  \(Int(begin.duration(to: .now) / .seconds(1))) s: \(fault.rawValue)")
        if try await bring(fault) { log.counts[fault, default: 0] += 1 }
        try await Task.sleep(for: random.milliseconds(200...1200))
      }
      isFirst = false
    }
  }

  /// Whether it came.
  private mutating func bring(_ fault: ChaosFault) async throws -> Bool {
    switch fault {
    case .kill: await crew.signal(.kill)
    case .stop:
      // Again when the one that was stopped happened to have nothing to finish.
      for _ in 0..<3 {
        try await stopOne()
        if world.heard.discardedByZombies > 0 { break }
      }
    case .databaseCrash: try await crash()
    case .terminated: try await terminateBackends()
    case .halfOpen: return try await halfOpen()
    case .silence: return try await silence()
    case .wrongClock: try await wrongClock()
    case .pooler: try await pooler()
    }
    return true
  }

  /// It wakes as a zombie: others have its lanes, and what it was at must count for nothing. Work that has acted and is
  /// not stored is given to it first, so that there is something to wake to.
  private mutating func stopOne() async throws {
    let slot = Int.random(in: 0..<ChaosCrew.size, using: &random)
    await crew.spare(slot, true)
    // It may just have been started, and have no lanes yet.
    try await Task.sleep(for: .seconds(1))
    let persons = Set((0..<60).map { _ in "c\(Int.random(in: 0..<ChaosRun.conversations, using: &random))" })
    await probe.producer.put(persons.sorted().map { ($0, [.lingering]) })
    try await Task.sleep(for: random.milliseconds(20...200))
    await crew.signal(.stop, to: slot)
    world.wasStopped(slot)
    try await Task.sleep(for: ChaosWorker.lease * 2 + random.milliseconds(0...1500))
    await crew.signal(.resume, to: slot)
    try await Task.sleep(for: .seconds(1))
    await crew.spare(slot, false)
  }

  private mutating func crash() async throws {
    await cluster.stop(.immediate)
    try await Task.sleep(for: random.milliseconds(0...1500))
    try await cluster.start()
  }

  private func terminateBackends() async throws {
    _ = try? await route.direct.run(
      Statement(
        "terminate",
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
        """))
  }

  private mutating func halfOpen() async throws -> Bool {
    let measured = try await probe.inCalm { [probe, proxy, world] in
      let healthy = try await probe.worst(over: .seconds(1))
      let frozen = ContinuousClock.now
      proxy.freeze()
      let worst = try await probe.worst(over: .seconds(4))
      let again = world.listening.values.filter { $0 > frozen }
      let slowest = again.count == ChaosCrew.size ? frozen.duration(to: again.max()!) : .seconds(4)
      return (healthy, worst, slowest)
    }
    guard let (healthy, halfOpen, reconnect) = measured else { return false }
    log.worstNoticed = max(log.worstNoticed, healthy)
    log.worstNoticedHalfOpen = max(log.worstNoticedHalfOpen, halfOpen)
    log.worstReconnect = max(log.worstReconnect, reconnect)
    return true
  }

  private mutating func silence() async throws -> Bool {
    route.notifies = false
    defer { route.notifies = true }
    try await Task.sleep(for: random.milliseconds(500...1500))
    let measured = try await probe.inCalm { [probe] in try await probe.worst(over: .seconds(2)) }
    guard let worst = measured else { return false }
    log.worstNoticedByPoll = max(log.worstNoticedByPoll, worst)
    return true
  }

  private mutating func wrongClock() async throws {
    let slot = Int.random(in: 0..<ChaosCrew.size, using: &random)
    await crew.setClock(random.oneIn(2) ? "+1h" : "-1h", of: slot)
    await crew.signal(.kill, to: slot)
    try await Task.sleep(for: random.milliseconds(3000...5000))
    await crew.setClock(nil, of: slot)
    await crew.signal(.kill, to: slot)
  }

  /// Everything but LISTEN goes through PgBouncer for a while, and that while is no quiet one.
  private mutating func pooler() async throws {
    route.isPooled = true
    await crew.restart()
    try await Task.sleep(for: random.milliseconds(2000...3000))
    await crew.signal(.kill)
    try await Task.sleep(for: random.milliseconds(500...1500))
    try await terminateBackends()
    try await Task.sleep(for: random.milliseconds(1000...2000))
    route.isPooled = false
    await crew.restart()
  }
}
