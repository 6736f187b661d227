import HTTPClient
import LocalFleet
import SocketLoop

/// Drives a real ingress, a bare server and the ceiling one after the other: half of what ingress is held against is
/// measured before it and half after it, because machines change their pace.
struct IngressBench: Sendable {
  let setup: IngressBenchSetup
  let database: IngressBenchDatabase
  private let client = WebhookClient()
  private let http = HTTPClient(loop: SocketLoop())

  init(setup: IngressBenchSetup, database: IngressBenchDatabase) {
    self.setup = setup
    self.database = database
  }

  func run() async throws -> IngressBenchReport {
    var report = IngressBenchReport(setup: setup)
    report.flush = try await database.flushTime()
    let bare = try await BareServer.start([BarePost.name])
    let fleet = LocalFleet(plan, observer: { if $0.isComplaint { Surroundings.tell($0.text) } })
    do {
      try await fleet.start()
      try await measure(fleet.instances[0], bare, &report)
    } catch {
      await fleet.stop()
      await bare.stop()
      throw error
    }
    await fleet.stop()
    await bare.stop()
    return report
  }

  private var plan: FleetPlan {
    var plan = FleetPlan(
      executables: Surroundings.executables, databaseURL: database.url, credentials: setup.credentials)
    plan.replicas = [.simulator: 0, .identity: 0, .nlu: 0, .outbound: 0]
    // The least that still tells the ports.
    plan.logLevel = "notice"
    return plan
  }

  private func measure(_ ingress: FleetInstance, _ bare: BareServer, _ report: inout IngressBenchReport) async throws {
    let comparesRequests = setup.eventsPerRequest.contains(1)
    let ceiling = IngressCeiling(setup: setup, database: database)
    try await warmUp(ingress, bare)
    report.ceiling = try await told("ceiling, first half") { try await ceiling.run(events: half, series: 1 << 40) }
    if comparesRequests { report.bare = try await told("bare server, first half") { try await run(bare) } }
    for count in setup.eventsPerRequest {
      let run = try await told("\(count) events a request") { try await closed(ingress, count) }
      report.runs.append(run)
    }
    if setup.offered > 0 {
      for count in setup.eventsPerRequest {
        let run = try await told("open loop, \(count) events a request") { try await open(ingress, count) }
        report.runs.append(run)
      }
    }
    if let first = report.bare {
      report.bare = first + (try await told("bare server, second half") { try await run(bare) })
    }
    let first = report.ceiling
    report.ceiling =
      first + (try await told("ceiling, second half") { try await ceiling.run(events: half, series: 2 << 40) })
    try await database.clear()
  }

  private var half: Int { max(1, setup.events / 2) }

  /// Opens connections, prepares statements, makes the caches warm.
  private func warmUp(_ ingress: FleetInstance, _ bare: BareServer) async throws {
    let load = setup.load(requests: 200, eventsPerRequest: 10, series: 3 << 40)
    for port in [ingress.publicPort ?? 0, bare.port] {
      _ = try await client.run(load, to: port, connections: setup.connections)
    }
  }

  private func closed(_ ingress: FleetInstance, _ eventsPerRequest: Int) async throws -> IngressRun {
    let requests = setup.requests(of: eventsPerRequest)
    let load = setup.load(
      requests: requests, eventsPerRequest: eventsPerRequest, series: UInt64(4 + eventsPerRequest) << 40)
    let run = IngressRun(
      name: "events_\(eventsPerRequest)", title: "\(eventsPerRequest) events a request",
      eventsPerRequest: eventsPerRequest)
    return try await measured(run, load, ingress)
  }

  private func open(_ ingress: FleetInstance, _ eventsPerRequest: Int) async throws -> IngressRun {
    let requests = max(1, setup.offered / eventsPerRequest)
    let load = setup.load(
      requests: requests, eventsPerRequest: eventsPerRequest, series: UInt64(2000 + eventsPerRequest) << 40)
    let perSecond = Double(requests) / (setup.span / .seconds(1))
    var run = IngressRun(
      name: "open_\(eventsPerRequest)",
      title: "open, \(fixed(perSecond * Double(eventsPerRequest), 0))/s, \(eventsPerRequest) a request",
      eventsPerRequest: eventsPerRequest)
    run.offeredPerSecond = perSecond
    return try await measured(run, load, ingress)
  }

  private func measured(_ empty: IngressRun, _ load: WebhookLoad, _ ingress: FleetInstance) async throws -> IngressRun {
    try await database.clear()
    let commits = try await IngestCommits.read(ingress, http)
    let before = (ingress.processorTime, try await database.processorTime(), ProcessorTime.own)
    let outcome = try await client.run(
      load, to: ingress.publicPort ?? 0, connections: setup.connections, perSecond: empty.offeredPerSecond)
    var run = empty
    run.take(outcome)
    run.processors = [
      ("ingress", ingress.processorTime - before.0), ("postgres", try await database.processorTime() - before.1),
      ("client", ProcessorTime.own - before.2),
    ]
    run.eventsPerCommit = try await IngestCommits.read(ingress, http).mean(since: commits)
    let arrived = try await database.arrived()
    run.lost = load.events - min(arrived.events, arrived.jobs)
    return run
  }

  private func run(_ bare: BareServer) async throws -> IngressRun {
    let load = setup.load(requests: max(1, setup.requests / 2), eventsPerRequest: 1, series: 4 << 40)
    let before = (bare.processorTime, ProcessorTime.own)
    let outcome = try await client.run(load, to: bare.port, connections: setup.connections)
    var run = IngressRun(name: "bare", title: "bare POST", eventsPerRequest: 1)
    run.take(outcome)
    run.processors = [("server", bare.processorTime - before.0), ("client", ProcessorTime.own - before.1)]
    return run
  }

  private func told<Value>(_ what: String, _ body: () async throws -> Value) async throws -> Value {
    Surroundings.tell("\(what) …")
    return try await body()
  }
}

extension IngressRun {
  fileprivate mutating func take(_ outcome: WebhookClient.Outcome) {
    requests = outcome.latencies.count
    time = outcome.time
    latencies = outcome.latencies
    refused = requests - (outcome.statuses[200] ?? 0)
    broken = outcome.broken
  }
}

/// How many transactions ingress has made, and of how many events, by its own metrics.
private struct IngestCommits {
  var count = 0.0
  var events = 0.0

  static func read(_ ingress: FleetInstance, _ http: HTTPClient) async throws -> IngestCommits {
    let response = try await http.send(HTTPClientRequest(url: (ingress.adminURL ?? "") + "/metrics"))
    var commits = IngestCommits()
    for line in response.text.split(separator: "\n") where line.contains("{batch=\"ingest\"}") {
      let value = line.split(separator: " ").last.flatMap { Double($0) } ?? 0
      if line.hasPrefix("martlet_batch_size_count") { commits.count = value }
      if line.hasPrefix("martlet_batch_size_sum") { commits.events = value }
    }
    return commits
  }

  func mean(since before: IngestCommits) -> Double? {
    count > before.count ? (events - before.events) / (count - before.count) : nil
  }
}
