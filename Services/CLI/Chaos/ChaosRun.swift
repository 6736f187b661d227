import FoundationEssentials
import LocalCluster
import Migrations
import Postgres
import SocketLoop

/// One run: the database, the workers, the producers and the faults, then the drain and the count.
struct ChaosRun: Sendable {
  static let conversations = 300
  static let producers = 3
  /// How much longer a run may take when at some step nobody has died yet.
  private static let overtime = Duration.seconds(60)
  private static let drain = Duration.seconds(120)

  let length: Duration
  let seed: UInt64
  let faults: [ChaosFault]
  let tell: @Sendable (String) -> Void

  func run() async throws -> ChaosReport {
    try await LocalCluster.withThrowaway { cluster in
      try await cluster.createDatabase("martlet")
      let loop = SocketLoop()
      let pooler = try await startPooler(cluster)
      let url = cluster.url(database: "martlet")
      let route = ChaosRoute(directURL: url, pooledURL: pooler?.url ?? url, on: loop)
      try await route.direct.withConnection { connection in
        _ = try await Migrations.run(on: connection)
        try await connection.run(OracleTables.make)
      }
      let world = try OutsideWorld(path: cluster.folder + "/outside")
      world.listen()
      let report = try await chaos(cluster, route, world)
      await pooler?.stop()
      world.close()
      return report
    }
  }

  private func startPooler(_ cluster: LocalCluster) async throws -> Pooler? {
    guard let executable = Pooler.executable else { return nil }
    return try await Pooler.start(
      executable, folder: cluster.folder, sockets: cluster.socketFolder, serverPort: cluster.port)
  }

  private func chaos(_ cluster: LocalCluster, _ route: ChaosRoute, _ world: OutsideWorld) async throws -> ChaosReport {
    let proxy = try HalfOpenProxy(to: "\(cluster.socketFolder)/.s.PGSQL.\(cluster.port)")
    defer { proxy.stop() }
    var random = SeededRandom(seed: seed)
    let calm = cluster.folder + "/calm"
    let isShort = length < .seconds(120)
    let crew = ChaosCrew(
      route: route, world: world, listenURL: "postgresql://martlet@127.0.0.1:\(proxy.port)/martlet", calm: calm,
      lives: isShort ? 200...1500 : 300...5000, random: SeededRandom(seed: random.next()))
    let tally = ChaosProducer.Tally()
    let producer = ChaosProducer(
      route: route, world: world, tally: tally, conversations: Self.conversations, backlog: isShort ? 150 : 500)
    var director = FaultDirector(
      cluster: cluster, route: route, crew: crew, world: world, proxy: proxy,
      probe: NoticeProbe(producer: producer, crew: crew, calm: calm), tell: tell,
      random: SeededRandom(seed: random.next()))
    let seeds = (0..<Self.producers).map { _ in random.next() }
    let begin = ContinuousClock.now

    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await crew.run() }
      group.addTask { await ChaosWaker(route: route, world: world).run() }
      // Not of the group, because they end before the rest.
      let producing = Task {
        await withDiscardingTaskGroup { tasks in
          for seed in seeds { tasks.addTask { await producer.run(SeededRandom(seed: seed)) } }
        }
      }
      defer { producing.cancel() }
      try await director.run(faults, until: begin + length)
      try await waitForEveryStep(world)
      producing.cancel()
      await producing.value

      _ = FileManager.default.createFile(atPath: calm, contents: nil)
      tell("  faults are off; draining")
      let drained = try await drain(route)
      await crew.close()
      let report = ChaosReport(
        seed: seed, length: begin.duration(to: .now), faults: director.log, heard: world.heard,
        produced: tally.value, count: try await OracleCount.take(from: route.direct), crashes: await crew.crashes,
        starts: await crew.starts, drained: drained)
      world.close()
      group.cancelAll()
      return report
    }
  }

  /// Looked at now and then, while work and deaths go on.
  private func waitForEveryStep(_ world: OutsideWorld) async throws {
    let limit = ContinuousClock.now + Self.overtime
    while world.heard.deaths.count < ChaosReport.steps.count, .now < limit {
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  /// How long it took until nothing was left; nil when something stayed.
  private func drain(_ route: ChaosRoute) async throws -> Duration? {
    let begin = ContinuousClock.now
    while begin.duration(to: .now) < Self.drain {
      if let left = try? await OracleCount.left(in: route.direct), left == 0 { return begin.duration(to: .now) }
      try await Task.sleep(for: .milliseconds(100))
    }
    return nil
  }
}
