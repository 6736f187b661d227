import HTTPClient
import Hummingbird
import JSON
import Logging
import Metrics
import ServiceKit
import ServiceLifecycle
import SocketLoop
import Synchronization
import Testing

/// Real servers on free ports of 127.0.0.1, asked over real HTTP.
@Suite struct ServerTests {
  private let settings: Settings
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  init() throws {
    settings = try Settings(
      service: .ingress, environment: [:], arguments: ["program", "--port", "0", "--admin-port", "0"])
  }

  /// Runs a server while the body asks it, then stops it gracefully: that has to end by itself.
  private func serving(
    _ server: (@escaping @Sendable (Int) -> Void) -> any Service,
    _ body: (_ get: (String, [(String, String)]) async throws -> HTTPClientResponse) async throws -> Void
  ) async throws {
    let ports = AsyncStream<Int>.makeStream()
    let group = ServiceGroup(services: [server { ports.continuation.yield($0) }], logger: logger)
    let loop = SocketLoop()
    defer { loop.stop() }
    let client = HTTPClient(loop: loop)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { ports.continuation.finish() }
        try await group.run()
      }
      var iterator = ports.stream.makeAsyncIterator()
      if let port = await iterator.next() {
        try await body { path, headers in
          try await client.send(
            HTTPClientRequest(method: "GET", url: "http://127.0.0.1:\(port)\(path)", headers: headers))
        }
        await group.triggerGracefulShutdown()
      }
      try await tasks.waitForAll()
    }
  }

  @Test("readiness flips to 503 with the reason and back, while liveness stays 200")
  func readiness() async throws {
    let health = Health(service: .ingress)
    let isUp = Mutex(true)
    health.register("database") { isUp.withLock { $0 } ? .ok(detail: "4 connections") : .failing(reason: "refused") }
    try await serving {
      AdminServer(settings: settings, health: health, logger: logger, onListening: $0)
    } _: { get in
      #expect(try await get("/health/ready", []).status == 200)
      #expect(try await get("/health/live", []).status == 200)
      isUp.withLock { $0 = false }
      let notReady = try await get("/health/ready", [])
      #expect(notReady.status == 503)
      #expect(notReady.text == "database: refused\n")
      #expect(try await get("/health/live", []).status == 200)
      let detailed = try await get("/health", [])
      #expect(detailed.status == 503)
      #expect(detailed.header("content-type") == "application/json")
      let json = try JSON(parsing: detailed.body)
      #expect(json["service"] == "ingress")
      #expect(json["checks"]?[0]?["reason"] == "refused")
      #expect(json["since"]?.string?.hasSuffix("Z") == true)
      isUp.withLock { $0 = true }
      #expect(try await get("/health/ready", []).status == 200)
      #expect(try await get("/health", []).status == 200)
    }
  }

  @Test("/metrics shows the registry in Prometheus's type")
  func metrics() async throws {
    let registry = PrometheusRegistry()
    Counter(label: "martlet_webhook_requests_total", dimensions: [("outcome", "accepted")], factory: registry)
      .increment()
    let health = Health(service: .ingress)
    try await serving {
      AdminServer(settings: settings, health: health, metrics: registry, logger: logger, onListening: $0)
    } _: { get in
      let response = try await get("/metrics", [])
      #expect(response.header("content-type") == PrometheusRegistry.contentType)
      #expect(response.text == registry.render())
      #expect(response.text.contains(#"martlet_webhook_requests_total{outcome="accepted"} 1"#))
      #expect(try await get("/nothing", []).status == 404)
    }
  }

  @Test("a request is answered within its caller's trace, or a new one")
  func trace() async throws {
    let router = Router()
    router.add(middleware: TraceMiddleware())
    router.get("/trace") { _, _ in TraceContext.current?.traceparent ?? "none" }
    try await serving {
      PublicServer(router: router, settings: settings, logger: logger, onListening: $0)
    } _: { get in
      let caller = TraceContext.new()
      let answer = TraceContext(traceparent: try await get("/trace", [("traceparent", caller.traceparent)]).text)
      #expect(answer?.traceID == caller.traceID)
      #expect(answer?.spanID != caller.spanID)
      let fresh = TraceContext(traceparent: try await get("/trace", [("traceparent", "00-zz")]).text)
      #expect(fresh != nil && fresh?.traceID != caller.traceID)
    }
  }

  @Test("listening is logged once, with role and real port")
  func listening() async throws {
    let lines = Lines()
    let logger = Logger(label: "test") { label in
      LineLogHandler(label: label, service: "ingress", format: .json, output: LogOutput { lines.add($0) })
    }
    let bound = Mutex(0)
    try await serving { onListening in
      PublicServer(router: Router(), settings: settings, logger: logger) { port in
        bound.withLock { $0 = port }
        onListening(port)
      }
    } _: { _ in
      let all = try lines.all.map { try JSON(parsing: $0) }
      #expect(all.compactMap { $0["message"]?.string } == ["listening"])
      #expect(all.first?["http.role"] == "public")
      #expect(all.first?["http.port"]?.string == "\(bound.withLock { $0 })")
    }
  }

  @Test("a taken port is a sentence with address, port and remedy")
  func takenPort() async throws {
    let first = Mutex(0)
    let health = Health(service: .ingress)
    try await serving { onListening in
      AdminServer(settings: settings, health: health, logger: logger) { port in
        first.withLock { $0 = port }
        onListening(port)
      }
    } _: { _ in
      let port = first.withLock { $0 }
      let same = try Settings(service: .ingress, environment: ["MARTLET_PORT": "\(port)"], arguments: ["program"])
      let error = await #expect(throws: BindError.self) {
        try await PublicServer(router: Router(), settings: same, logger: logger).run()
      }
      #expect(error?.code == .addressInUse)
      #expect(
        error?.description
          == "The public server cannot listen on 127.0.0.1 port \(port): address already in use. "
          + "Stop what listens there, or set MARTLET_PORT to another port (0 for any free one).")
    }
  }

  private final class Lines: Sendable {
    private let lines = Mutex<[[UInt8]]>([])
    func add(_ line: [UInt8]) { lines.withLock { $0.append(line) } }
    var all: [[UInt8]] { lines.withLock { $0 } }
  }
}
