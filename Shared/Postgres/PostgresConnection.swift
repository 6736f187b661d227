internal import CLibPQ
package import SocketLoop
internal import Synchronization

/// One connection to PostgreSQL, on the socket loop: any number of exchanges in flight, no thread ever blocked.
///
/// A broken connection fails everyone who waits on it and stays closed; ``PostgresPool`` opens the next.
package actor PostgresConnection {
  enum Waiter {
    case caller(CheckedContinuation<[Rows], any Error>)
    /// Nobody asks how it ended.
    case nobody
    /// The connection itself, for the statement with this text.
    case preparing(String)
  }

  private struct Handle: ~Copyable {
    let pointer: OpaquePointer
    deinit { PQfinish(pointer) }
  }

  package nonisolated let loop: SocketLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private let handle: Handle
  private let configuration: PostgresConfiguration
  private nonisolated let openFlag = Atomic(false)
  private var prepared: PreparedStatements
  private var preparingFailed: PostgresError?
  private var exchanges = ExchangeQueue<Rows, Waiter>()
  private var watched: Int32?
  private var connecting: CheckedContinuation<Void, any Error>?
  private var watchdog: LoopTimer?
  private var resting: (continuation: CheckedContinuation<Void, Never>, timer: LoopTimer)?
  private var onNotification: (@Sendable (_ channel: String, _ payload: String) -> Void)?

  /// Whether it can still be used; false for good once it broke.
  package nonisolated var isOpen: Bool { openFlag.load(ordering: .acquiring) }

  /// Connects, or throws within the configuration's connect time-out.
  package static func connect(_ configuration: PostgresConfiguration, on loop: SocketLoop) async throws
    -> PostgresConnection
  {
    let connection = try await Opener(loop: loop).open(configuration)
    try await connection.finishConnecting()
    return connection
  }

  private init(_ pointer: OpaquePointer, _ configuration: PostgresConfiguration, _ loop: SocketLoop) {
    handle = Handle(pointer: pointer)
    self.configuration = configuration
    self.loop = loop
    prepared = PreparedStatements(isEnabled: configuration.preparesStatements)
    // By default libpq writes the server's notices to standard error, where our log is.
    PQsetNoticeProcessor(pointer, { _, _ in }, nil)
  }

  isolated deinit {
    if let watched { loop.unwatch(watched) }
    if let watchdog { loop.cancel(watchdog) }
  }

  /// Runs the statements in one exchange, so in one transaction unless they open or end one themselves.
  ///
  /// Returns the rows of each, or throws the first error; then none of them took effect. `followUp` runs right behind
  /// in an exchange of its own, whose end nobody waits for.
  @discardableResult
  package func run(_ statements: [Statement], followUp: [Statement] = []) async throws -> [Rows] {
    guard isOpen else { throw PostgresError(code: .connectionLost, operation: statements.first?.name ?? "idle") }
    return try await withCheckedThrowingContinuation { waiter in
      let isSent =
        sendExchange(statements, .caller(waiter)) && (followUp.isEmpty || sendExchange(followUp, .nobody))
      guard isSent else { return lose() }
      flush()
      startWatchdog()
    }
  }

  @discardableResult
  package func run(_ statement: Statement) async throws -> Rows {
    try await run([statement])[0]
  }

  /// Calls `handler` on the loop's thread for every notification of a channel that this connection listens on.
  package func onNotification(_ handler: @escaping @Sendable (_ channel: String, _ payload: String) -> Void) {
    onNotification = handler
  }

  /// Returns after that time, or at once when the connection breaks or the task is cancelled.
  package func rest(_ time: Duration) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        guard isOpen, !Task.isCancelled, resting == nil else { return continuation.resume() }
        let timer = loop.schedule(after: time) { [weak self] in self?.assumeIsolated { $0.endRest() } }
        resting = (continuation, timer)
      }
    } onCancel: {
      // The handler may run on any thread; ending a rest belongs on the loop's.
      Task { await self.endRest() }
    }
  }

  private func endRest() {
    guard let (continuation, timer) = resting else { return }
    resting = nil
    loop.cancel(timer)
    continuation.resume()
  }

  /// Ends the connection at once; what is in flight fails.
  package func close() {
    lose()
  }
}

// MARK: Connecting

extension PostgresConnection {
  /// Starts connections on the loop's thread, where the time-out's timer belongs.
  private actor Opener {
    nonisolated let loop: SocketLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(loop: SocketLoop) { self.loop = loop }

    func open(_ configuration: PostgresConfiguration) async throws -> PostgresConnection {
      let address = try await ConnectionStart.run(configuration, on: loop, isolation: self)
      return PostgresConnection(OpaquePointer(bitPattern: address)!, configuration, loop)
    }
  }

  private func finishConnecting() async throws {
    guard PQstatus(handle.pointer) != CONNECTION_BAD else { throw connectError() }
    let deadline = loop.schedule(after: configuration.connectTimeout) { [weak self] in
      self?.assumeIsolated { $0.connectEnded(.failure($0.connectError("no answer in time"))) }
    }
    defer { loop.cancel(deadline) }
    try await withCheckedThrowingContinuation { continuation in
      connecting = continuation
      waitToConnect(for: .writable)
    }
  }

  private func waitToConnect(for interest: Readiness) {
    // The socket changes when libpq goes on to the host's next address.
    let socket = PQsocket(handle.pointer)
    if let watched, watched != socket { loop.unwatch(watched) }
    watched = socket
    loop.watch(socket, for: interest) { [weak self] _ in self?.assumeIsolated { $0.stepConnect() } }
  }

  private func stepConnect() {
    guard connecting != nil else { return }
    switch PQconnectPoll(handle.pointer) {
    case PGRES_POLLING_READING: waitToConnect(for: .readable)
    case PGRES_POLLING_WRITING: waitToConnect(for: .writable)
    case PGRES_POLLING_OK: connectEnded(.success(()))
    default: connectEnded(.failure(connectError()))
    }
  }

  private func connectEnded(_ result: Result<Void, PostgresError>) {
    guard let continuation = connecting else { return }
    connecting = nil
    if let watched { loop.unwatch(watched) }
    watched = nil
    guard case .success = result else {
      continuation.resume(with: result.mapError { $0 as any Error })
      return
    }
    guard PQsetnonblocking(handle.pointer, 1) == 0, PQenterPipelineMode(handle.pointer) == 1 else {
      continuation.resume(throwing: connectError())
      return
    }
    let socket = PQsocket(handle.pointer)
    watched = socket
    loop.watch(socket, for: .readable) { [weak self] readiness in self?.assumeIsolated { $0.ready(readiness) } }
    openFlag.store(true, ordering: .releasing)
    continuation.resume()
  }

  private func connectError(_ detail: String? = nil) -> PostgresError {
    let message = detail ?? firstLine(PQerrorMessage(handle.pointer))
    return PostgresError(code: .connect, operation: "connecting", detail: message)
  }
}

// MARK: Exchanging

extension PostgresConnection {
  private func sendExchange(_ statements: [Statement], _ waiter: Waiter) -> Bool {
    let uses = statements.map { prepared.use($0.sql) }
    for (statement, use) in zip(statements, uses) {
      // In an exchange of its own: an error before it must not take the name with it.
      guard case .prepare(let name) = use else { continue }
      exchanges.sent(["preparing \(statement.name)"], at: .now, waiter: .preparing(statement.sql))
      let isSent = PQsendPrepare(handle.pointer, name, statement.sql, 0, nil) == 1
      guard isSent, PQpipelineSync(handle.pointer) == 1 else {
        exchanges.sent(statements.map(\.name), at: .now, waiter: waiter)
        return false
      }
    }
    exchanges.sent(statements.map(\.name), at: .now, waiter: waiter)
    return zip(statements, uses).allSatisfy(send) && PQpipelineSync(handle.pointer) == 1
  }

  private func send(_ statement: Statement, _ use: PreparedStatements.Use) -> Bool {
    withParameters(statement.parameters) { lent in
      let (count, values, lengths) = (lent.count, lent.values.baseAddress, lent.lengths.baseAddress)
      let formats = lent.formats.baseAddress
      switch use {
      case .plain:
        return PQsendQueryParams(handle.pointer, statement.sql, count, nil, values, lengths, formats, 0) == 1
      case .prepare(let name), .execute(let name):
        return PQsendQueryPrepared(handle.pointer, name, count, values, lengths, formats, 0) == 1
      }
    }
  }

  private func flush() {
    guard let watched else { return }
    switch PQflush(handle.pointer) {
    case 0: loop.rewatch(watched, for: .readable)
    case 1: loop.rewatch(watched, for: [.readable, .writable])
    default: lose()
    }
  }

  private func ready(_ readiness: Readiness) {
    // libpq reads what is there and finds a hang-up by itself; a notification may come between two results.
    guard PQconsumeInput(handle.pointer) == 1 else { return lose() }
    while let notification = PQnotifies(handle.pointer) {
      onNotification?(String(cString: notification.pointee.relname), String(cString: notification.pointee.extra))
      PQfreemem(notification)
    }
    drainResults()
    if readiness.contains(.writable) { flush() }
    if PQstatus(handle.pointer) == CONNECTION_BAD { lose() }
  }

  private func drainResults() {
    while !exchanges.isEmpty, PQisBusy(handle.pointer) == 0 {
      guard let result = PQgetResult(handle.pointer) else {
        exchanges.statementEnded()
        continue
      }
      switch PQresultStatus(result) {
      case PGRES_PIPELINE_SYNC:
        PQclear(result)
        finish(exchanges.synced())
      case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
        exchanges.received(Rows(taking: result, operation: exchanges.operation))
      case PGRES_PIPELINE_ABORTED:
        PQclear(result)
      default:
        exchanges.received(serverError(result))
        PQclear(result)
        if PQstatus(handle.pointer) == CONNECTION_BAD { return lose() }
      }
    }
  }

  private func finish(_ action: ExchangeQueue<Rows, Waiter>.Action) {
    switch action {
    case .succeed(.caller(let caller), let rows): caller.resume(returning: rows)
    case .fail(let waiter, let error): tell(waiter, error)
    case .none, .succeed: break
    }
  }

  private func tell(_ waiter: Waiter, _ error: PostgresError) {
    switch waiter {
    case .caller(let caller):
      // 26000: the name is not there, because preparing failed, and that error tells why.
      caller.resume(throwing: error.sqlState == "26000" ? preparingFailed ?? error : error)
      // 0A000: the tables changed under a plan. A new connection makes new plans.
      if error.sqlState == "0A000" { lose() }
    case .preparing(let sql):
      preparingFailed = error
      prepared.forget(sql)
    case .nobody: break
    }
  }

  private func lose(_ code: PostgresError.Code = .connectionLost) {
    let operation = exchanges.operation
    openFlag.store(false, ordering: .releasing)
    if let watched { loop.unwatch(watched) }
    watched = nil
    if let watchdog { loop.cancel(watchdog) }
    watchdog = nil
    let error = PostgresError(code: code, operation: operation, detail: firstLine(PQerrorMessage(handle.pointer)))
    for (waiter, error) in exchanges.failAll(error) { tell(waiter, error) }
    endRest()
  }

  /// One timer watches the oldest exchange: a server that is half gone never answers and never hangs up.
  private func startWatchdog(after time: Duration? = nil) {
    guard watchdog == nil, isOpen else { return }
    watchdog = loop.schedule(after: time ?? configuration.statementTimeout) { [weak self] in
      self?.assumeIsolated { $0.checkOldest() }
    }
  }

  private func checkOldest() {
    watchdog = nil
    guard let oldest = exchanges.oldest else { return }
    let age = oldest.duration(to: .now)
    guard age < configuration.statementTimeout else { return lose(.timeout) }
    startWatchdog(after: configuration.statementTimeout - age)
  }

  private func serverError(_ result: OpaquePointer) -> PostgresError {
    PostgresError(
      code: .server, operation: exchanges.operation, sqlState: field(result, "C"), constraint: field(result, "n"),
      detail: field(result, "M"))
  }

  /// libpq names the fields of an error by character macros, which Swift does not import (PG_DIAG_SQLSTATE is 'C').
  private func field(_ result: OpaquePointer, _ name: Unicode.Scalar) -> String? {
    PQresultErrorField(result, Int32(name.value)).map { String(cString: $0) }
  }
}

private func firstLine(_ message: UnsafePointer<CChar>?) -> String {
  let text = message.map { String(cString: $0) } ?? ""
  return text.split(separator: "\n").first.map { String($0) } ?? "no reason given"
}
