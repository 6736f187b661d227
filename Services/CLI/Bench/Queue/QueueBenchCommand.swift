import ArgumentParser
import JSON
import LocalCluster

/// The queue against the ceiling of PostgreSQL, measured in one run on one machine.
struct QueueBenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "queue", abstract: "The job queue beside what PostgreSQL gives at best.",
    discussion: """
      The ceiling is batched INSERT and exact-id DELETE of the same rows, at once, over as many connections and with \
      the same synchronous_commit. Half of it is measured before the modes and half after them.
      stream: enqueue and work at once. drain: work off what is there. latency: single jobs at a pace, from the \
      enqueue call to the job's start. blocked: with one failing conversation in front. snapshot: beside a transaction \
      held open. million: a stream and the tables it leaves. bulk: replies beside bulk jobs.
      """)

  enum Mode: String, ExpressibleByArgument, CaseIterable {
    case stream, drain, latency, blocked, snapshot, million, bulk, all

    var needsCeiling: Bool { [.stream, .drain, .million].contains(self) }
  }

  enum Sync: String, ExpressibleByArgument { case on, off }

  @Option(
    parsing: .upToNextOption, help: "What to measure: one or more of \(Mode.allValueStrings.joined(separator: ", ")).")
  var mode: [Mode] = [.stream]

  @Option(help: "Jobs of stream, drain, snapshot and million.")
  var jobs = 1_000_000

  @Option(help: "Conversations.")
  var keys = 10_000

  @Option(help: "Workers, each with its own connections, in this process.")
  var workers = 2

  @Option(help: "Producers, a connection each.")
  var producers = 1

  @Option(help: "Jobs a transaction.")
  var batch = 100

  @Option(help: "Whether commits wait for the disk; latency always waits.")
  var sync = Sync.off

  @Option(help: "Producers wait while more jobs than this stand in line.")
  var backlog = 20_000

  @Option(help: "Seconds of latency and of each half of blocked.")
  var seconds = 30

  @Option(help: "Jobs per second of latency.")
  var rate = 200

  @Flag(help: "Let the jobs of a conversation end together, as receipts do; turns do not.")
  var runsAhead = false

  @Option(help: "pgmq's plain SQL file, to run pgmq on the same cluster.")
  var pgmq: String?

  @Flag(help: "One JSON object instead of a table.")
  var json = false

  @Option(name: .customLong("database-url"), help: "An empty database to use; by default a throwaway one is made.")
  var databaseURL: String?

  func validate() throws {
    guard [jobs, keys, workers, producers, batch, backlog, seconds, rate].allSatisfy({ $0 > 0 }) else {
      throw ValidationError("Every number must be above 0.")
    }
    guard workers <= 64, producers <= keys else { throw ValidationError("At most 64 workers, and a key a producer.") }
  }

  func run() async throws {
    if Surroundings.isDebugBuild {
      Surroundings.tell("this is a debug build; figures count from a release build: swift build -c release")
    }
    let report = try await untilInterrupted {
      if let databaseURL { return try await measure(databaseURL) }
      // PostgreSQL's default looks for what to vacuum once a minute, longer than a million jobs take.
      let settings = ["autovacuum_naptime": "2s", "max_wal_size": "4GB"]
      return try await LocalCluster.withThrowaway(purpose: .bench, settings: settings) { cluster in
        try await cluster.createDatabase("martlet")
        return try await measure(cluster.url(database: "martlet"))
      }
    }
    guard let report else { throw ExitCode(130) }
    Surroundings.show(json ? report.json.serialized() : report.text)
    guard report.isExact else { throw ExitCode(1) }
  }

  private func setup(_ databaseURL: String) -> QueueBenchSetup {
    QueueBenchSetup(
      databaseURL: databaseURL, jobs: jobs, keys: keys, batch: batch, workers: workers, producers: producers,
      isDurable: sync == .on, backlog: backlog, runsAhead: runsAhead, span: .seconds(seconds), rate: rate)
  }

  private func measure(_ databaseURL: String) async throws -> QueueBenchReport {
    let setup = setup(databaseURL)
    let modes = mode.contains(.all) ? Mode.allCases.filter { $0 != .all } : mode
    let database = try await BenchDatabase.open(setup)
    let ceiling = CeilingBench(setup: setup, database: database)
    var report = QueueBenchReport(setup: setup)
    report.flush = try await database.flushTime()
    let half = modes.contains(where: \.needsCeiling) ? jobs / 2 : 0
    if half > 0 { report.ceiling = try await told("ceiling, first half") { try await ceiling.run(jobs: half) } }
    for mode in modes {
      let run = try await told(mode.rawValue) { try await measure(mode, QueueBench(setup: setup, database: database)) }
      report.runs.append(run)
    }
    if let first = report.ceiling {
      report.ceiling = first + (try await told("ceiling, second half") { try await ceiling.run(jobs: half) })
    }
    if let pgmq {
      let rival = PGMQBench(setup: setup, database: database, file: pgmq)
      try await rival.install()
      report.pgmq = try await told("pgmq") { try await rival.run() }
    }
    try await database.clear()
    return report
  }

  private func measure(_ mode: Mode, _ bench: QueueBench) async throws -> QueueRun {
    switch mode {
    case .stream, .all: try await bench.stream()
    case .drain: try await bench.drain()
    case .latency: try await bench.latency()
    case .blocked: try await BlockedBench(bench: bench).run()
    case .snapshot: try await bench.snapshot()
    case .million: try await bench.million()
    case .bulk: try await BulkBench(bench: bench).run()
    }
  }

  private func told<Value>(_ what: String, _ body: () async throws -> Value) async throws -> Value {
    Surroundings.tell("\(what) …")
    return try await body()
  }
}
