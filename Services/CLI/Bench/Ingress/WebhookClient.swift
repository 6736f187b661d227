import SocketLoop

/// Plays Meta's side of the door: requests over keep-alive connections, as fast as they are answered or at a pace.
actor WebhookClient {
  struct Outcome: Sendable {
    /// In microseconds, of each answered request: in the open loop from when it was due, not from when it left.
    var latencies: [Int32] = []
    /// Requests by the status that answered them.
    var statuses: [Int: Int] = [:]
    /// Connections that ended under a request, which was then sent again.
    var broken = 0
    /// From the first request to the last answer.
    var time = Duration.zero
  }

  nonisolated let loop = SocketLoop()
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  /// - Parameter perSecond: Requests a second of the open loop; nil is the closed loop.
  func run(
    _ load: WebhookLoad, to port: Int, connections: Int, perSecond: Double? = nil
  ) async throws -> Outcome {
    let run = WebhookRun(load, to: port, perSecond: perSecond, on: loop)
    return try await withCheckedThrowingContinuation { run.start(connections: connections, $0) }
  }
}

/// One load on its way.
private final class WebhookRun {
  private let load: WebhookLoad
  private let port: Int
  private let perSecond: Double?
  private let loop: SocketLoop
  private var connections: [WebhookConnection] = []
  private var idle: [WebhookConnection] = []
  private var continuation: CheckedContinuation<WebhookClient.Outcome, any Error>?
  private var outcome = WebhookClient.Outcome()
  private var start = ContinuousClock.now
  private var sentAt: [ContinuousClock.Instant] = []
  private var next = 0
  private var done = 0
  private var tries = 0

  private static let tick = Duration.milliseconds(1)
  /// Broken connections that are too many to be an accident.
  private static let limit = 1000

  init(_ load: WebhookLoad, to port: Int, perSecond: Double?, on loop: SocketLoop) {
    self.load = load
    self.port = port
    self.perSecond = perSecond
    self.loop = loop
    sentAt = Array(repeating: start, count: load.count)
    outcome.latencies.reserveCapacity(load.count)
  }

  func start(connections count: Int, _ continuation: CheckedContinuation<WebhookClient.Outcome, any Error>) {
    self.continuation = continuation
    do {
      for _ in 0..<count {
        // Kept by its own connections until the load is over.
        let connection = WebhookConnection(to: port, on: loop) { self.answered($0, $1) }
        connections.append(connection)
        try connection.open()
      }
    } catch {
      return end(.failure(error))
    }
    idle = connections
    start = .now
    if let perSecond {
      for request in 0..<load.count { sentAt[request] = start + .seconds(Double(request) / perSecond) }
      tick()
    } else {
      sendDue()
    }
  }

  private func tick() {
    guard continuation != nil, next < load.count else { return }
    sendDue()
    loop.schedule(after: Self.tick) { self.tick() }
  }

  /// Sends what is due over whoever is idle; what finds nobody waits, and its time runs.
  private func sendDue() {
    let now = ContinuousClock.now
    while next < load.count, !idle.isEmpty, perSecond == nil || sentAt[next] <= now {
      let connection = idle.removeLast()
      if perSecond == nil { sentAt[next] = now }
      next += 1
      connection.send(next - 1, of: load)
    }
  }

  private func answered(_ connection: WebhookConnection, _ status: Int?) {
    guard continuation != nil else { return }
    guard let status else { return again(connection) }
    guard let request = connection.finish() else { return }
    outcome.statuses[status, default: 0] += 1
    outcome.latencies.append(Int32(clamping: Int64(sentAt[request].duration(to: .now) / .microseconds(1))))
    done += 1
    if done == load.count { return end(.success(())) }
    idle.append(connection)
    sendDue()
  }

  private func again(_ connection: WebhookConnection) {
    let request = connection.finish()
    if request != nil { outcome.broken += 1 }
    tries += 1
    guard tries < Self.limit else {
      return end(.failure(ToolError(code: .bench, doing: "send webhooks", cause: "the server hangs up on us")))
    }
    do {
      try connection.open()
      if let request { connection.send(request, of: load) }
    } catch {
      end(.failure(error))
    }
  }

  private func end(_ result: Result<Void, any Error>) {
    outcome.time = start.duration(to: .now)
    for connection in connections { connection.close() }
    connections = []
    idle = []
    continuation?.resume(with: result.map { outcome })
    continuation = nil
  }
}
