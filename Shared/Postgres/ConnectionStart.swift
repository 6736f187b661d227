internal import CLibPQ
internal import Dispatch
internal import SocketLoop
internal import Synchronization

/// The first step of a connection, away from the loop: libpq looks the host's name up inside `PQconnectStartParams`
/// (libpq, "Asynchronous connection"), and that blocks for as long as a name server keeps silent, half a minute with
/// resolv.conf's defaults. On the loop it would hold up every other connection of the process.
final class ConnectionStart: Sendable {
  /// A lookup cannot be cancelled. This many may hang; further attempts fail at once.
  private static let limit = 16
  private static let pending = Atomic(0)

  private enum State {
    case idle
    case waiting(CheckedContinuation<Result<UInt, PostgresError>, Never>)
    case over
  }

  private let state = Mutex(State.idle)

  /// The address of the connection object, whatever its status; the caller owns it. On the loop's thread.
  static func run(
    _ configuration: PostgresConfiguration, on loop: SocketLoop, isolation: isolated any Actor
  ) async throws(PostgresError) -> UInt {
    // What libpq says of a string that it cannot read quotes parts of it, which may be the password's.
    guard let options = PQconninfoParse(configuration.url, nil) else {
      throw failure(
        "the connection string cannot be read: escape what is special in an URI, such as / and % by %2F and %25")
    }
    PQconninfoFree(options)
    guard pending.load(ordering: .relaxed) < limit else { throw failure("earlier lookups of the host's name hang") }
    let start = ConnectionStart()
    let deadline = loop.schedule(after: configuration.connectTimeout) {
      start.end(.failure(failure("the host's name was not found in time")))
    }
    defer { loop.cancel(deadline) }
    let outcome = await withCheckedContinuation(isolation: isolation) { continuation in
      start.state.withLock { $0 = .waiting(continuation) }
      pending.add(1, ordering: .relaxed)
      // A queue of its own, so that a thread that blocks is not one that others wait for.
      DispatchQueue(label: "martlet.postgres.connect").async {
        let pointer = call(configuration)
        pending.subtract(1, ordering: .relaxed)
        guard let pointer else {
          start.end(.failure(failure("out of memory")))
          return
        }
        if !start.end(.success(UInt(bitPattern: pointer))) { PQfinish(pointer) }
      }
    }
    return try outcome.get()
  }

  private static func call(_ configuration: PostgresConfiguration) -> OpaquePointer? {
    let keywords = ["dbname", "application_name", "client_encoding", "tcp_user_timeout", "keepalives_idle"]
    let values = [configuration.url, configuration.applicationName, "UTF8", "10000", "5"]
    return withCStrings(keywords) { keywords in
      withCStrings(values) { values in PQconnectStartParams(keywords, values, 1) }
    }
  }

  /// False when it was over already.
  @discardableResult
  private func end(_ outcome: Result<UInt, PostgresError>) -> Bool {
    let continuation = state.withLock { state -> CheckedContinuation<Result<UInt, PostgresError>, Never>? in
      guard case .waiting(let continuation) = state else { return nil }
      state = .over
      return continuation
    }
    continuation?.resume(returning: outcome)
    return continuation != nil
  }

  private static func failure(_ detail: String) -> PostgresError {
    PostgresError(code: .connect, operation: "connecting", detail: detail)
  }
}
