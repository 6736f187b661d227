import ChildProcesses
import HTTPClient
import LocalFleet
import SocketLoop

/// Drives a real outbound and bare libcurl against the same server: half of what outbound is held against is measured
/// before it and half after it, because machines change their pace.
struct OutboundBench: Sendable {
  let setup: OutboundBenchSetup
  let database: OutboundBenchDatabase

  func run() async throws -> OutboundBenchReport {
    let certificate = try await ThrowawayCertificate.make()
    defer { certificate.remove() }
    let authorities = try certificate.text
    let server = try await BareServer.start([
      BareGraph.name, "--certificate", certificate.certificate, "--key", certificate.key,
    ])
    let graph = GraphServer(server: server, http: HTTPClient(loop: SocketLoop(), authorities: authorities))
    let fleet = LocalFleet(plan(graph, certificate), observer: { if $0.isComplaint { Surroundings.tell($0.text) } })
    do {
      try await fleet.start()
      let report = try await measure(fleet.instances[0], graph, authorities)
      await fleet.stop()
      await server.stop()
      return report
    } catch {
      await fleet.stop()
      await server.stop()
      throw error
    }
  }

  private func plan(_ graph: GraphServer, _ certificate: ThrowawayCertificate) -> FleetPlan {
    var plan = FleetPlan(
      executables: Surroundings.executables, databaseURL: database.url, credentials: setup.credentials)
    plan.replicas = [.simulator: 0, .ingress: 0, .identity: 0, .nlu: 0]
    // The least that still tells the ports.
    plan.logLevel = "notice"
    plan.environment = [
      "MARTLET_GRAPH_URL": graph.url, "MARTLET_GRAPH_CA_FILE": certificate.certificate,
      "MARTLET_SEND_IN_FLIGHT": "\(setup.inFlight)",
    ]
    return plan
  }

  private func measure(
    _ outbound: FleetInstance, _ graph: GraphServer, _ authorities: String
  ) async throws -> OutboundBenchReport {
    // Opens connections, prepares statements, makes the caches warm.
    _ = try await send(outbound, graph, "warm", "warm", messages: max(1, setup.messages / 10))
    _ = try await bare(graph, authorities, messages: max(1, setup.messages / 10))

    let half = max(1, setup.messages / 2)
    let first = try await told("bare libcurl, first half") { try await bare(graph, authorities, messages: half) }
    let sends = try await told("outbound") {
      try await send(outbound, graph, "outbound", "outbound", messages: setup.messages)
    }
    let second = try await told("bare libcurl, second half") { try await bare(graph, authorities, messages: half) }
    var report = OutboundBenchReport(
      setup: setup, flush: try await database.flushTime(), bare: first + second, outbound: sends)
    if setup.latency > .zero {
      let milliseconds = Int(setup.latency / .milliseconds(1))
      try await graph.setLatency(setup.latency)
      report.slow = try await told("outbound, Graph latency \(milliseconds) ms") {
        try await send(
          outbound, graph, "outbound_latency", "outbound, \(milliseconds) ms of latency", messages: setup.messages)
      }
    }
    return report
  }

  private func send(
    _ outbound: FleetInstance, _ graph: GraphServer, _ name: String, _ title: String, messages: Int
  ) async throws -> OutboundRun {
    try await database.fill(messages)
    let seen = try await graph.tally()
    let before = (outbound.processorTime, graph.server.processorTime)
    try await database.release()
    while try await database.left() > 0 {
      try await Task.sleep(for: .milliseconds(100))
      guard try await graph.tally().older == seen.older else { throw Self.older }
    }
    let after = try await graph.tally()
    let sent = try await database.sent()
    var run = OutboundRun(name: name, title: title)
    run.messages = messages
    run.taken = after.messages - seen.messages
    run.time = sent.time
    run.lost = messages - sent.count
    // The server answers nothing else.
    run.versions = ["2"]
    run.processors = [
      ("outbound", outbound.processorTime - before.0), ("server", graph.server.processorTime - before.1),
    ]
    return run
  }

  private static let older = ToolError(
    code: .bench, doing: "measure outbound", cause: "it negotiated HTTP/1.1",
    remedy: "install a libcurl with HTTP/2 (curl --version says HTTP2)")

  private func bare(_ graph: GraphServer, _ authorities: String, messages: Int) async throws -> OutboundRun {
    let requests = try setup.requests(messages, to: graph.url)
    let before = (ProcessorTime.own, graph.server.processorTime)
    let inFlight = setup.inFlight
    let outcome = await withCheckedContinuation { continuation in
      // It blocks until the last answer is here.
      let thread = OwnThread {
        continuation.resume(returning: BareCurl.post(requests, inFlight: inFlight, authorities: authorities))
      }
      if thread.start() != nil { continuation.resume(returning: BareCurl.Outcome()) }
    }
    var run = OutboundRun(name: "bare", title: "bare libcurl")
    run.messages = messages
    run.taken = outcome.requests
    run.lost = messages - outcome.requests + outcome.refused
    run.time = outcome.time
    run.versions = outcome.versions
    run.processors = [
      ("client", ProcessorTime.own - before.0), ("server", graph.server.processorTime - before.1),
    ]
    return run
  }

  private func told<Value>(_ what: String, _ body: () async throws -> Value) async throws -> Value {
    Surroundings.tell("\(what) …")
    return try await body()
  }
}
