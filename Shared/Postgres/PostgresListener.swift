package import Logging
import ServiceLifecycle
package import SocketLoop
internal import Synchronization

/// Keeps one connection that does nothing but LISTEN, because a notification is a hint that must not wait in line.
///
/// It pings itself: a half-open connection is noticed after two `heartbeat`s at the latest, one that breaks at once, and
/// then it connects again. After every connect it listens first and then reports ``Event/listening``, so that whoever missed
/// notifications meanwhile looks at the table once.
package struct PostgresListener: Service {
  package enum Event: Sendable {
    case listening
    case notification(channel: String, payload: String)
  }

  private let configuration: PostgresConfiguration
  private let channels: [String]
  private let heartbeat: Duration
  private let loop: SocketLoop
  private let logger: Logger
  private let onEvent: @Sendable (Event) -> Void
  private let status = Status()

  final class Status: Sendable {
    let failure = Mutex<PostgresError?>(PostgresError(code: .connect, operation: "listening", detail: "not yet tried"))
  }

  /// - Parameter channels: plain identifiers; they are quoted here.
  package init(
    _ configuration: PostgresConfiguration, channels: [String], heartbeat: Duration = .milliseconds(600),
    on loop: SocketLoop, logger: Logger, onEvent: @escaping @Sendable (Event) -> Void
  ) {
    var configuration = configuration
    configuration.statementTimeout = heartbeat
    self.configuration = configuration
    self.channels = channels
    self.heartbeat = heartbeat
    self.loop = loop
    self.logger = logger
    self.onEvent = onEvent
  }

  /// Why notifications do not arrive right now; nil while they do.
  package var failure: PostgresError? { status.failure.withLock { $0 } }

  package func run() async throws {
    try await cancelWhenGracefulShutdown {
      var pause = Duration.milliseconds(100)
      while !Task.isCancelled {
        do {
          try await listen { pause = .milliseconds(100) }
        } catch let error as PostgresError {
          status.failure.withLock { $0 = error }
          logger.debug("listening failed", metadata: ["db.error": "\(error)"])
        } catch is CancellationError {
          break
        }
        try? await Task.sleep(for: pause)
        pause = min(pause * 2, .seconds(2))
      }
    }
  }

  private func listen(_ onSuccess: () -> Void) async throws {
    let connection = try await PostgresConnection.connect(configuration, on: loop)
    await connection.onNotification { onEvent(.notification(channel: $0, payload: $1)) }
    let statements = channels.map { channel in
      Statement("listen", "LISTEN \"\(channel.replacing("\"", with: "\"\""))\"")
    }
    do {
      try await connection.run(statements)
      status.failure.withLock { $0 = nil }
      onSuccess()
      onEvent(.listening)
      while true {
        await connection.rest(heartbeat)
        try Task.checkCancellation()
        try await connection.run(Statement("heartbeat", "SELECT 1"))
      }
    } catch {
      await connection.close()
      throw error
    }
  }
}
