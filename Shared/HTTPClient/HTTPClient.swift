package import SocketLoop

/// HTTP calls out of this process: libcurl's multi interface on one socket loop, connections kept and shared.
///
/// A call is sent at most once: where libcurl would silently repeat a request because a kept connection had died, only
/// GET and HEAD are repeated; anything else ends as `.closed`, `mayHaveBeenSent`. Redirects are not followed.
package actor HTTPClient {
  /// How many connections the client may hold.
  package struct Limits: Sendable {
    /// Open at once to one host; further calls wait their turn, inside their time-out. Default 64.
    package var connectionsPerHost: Int
    /// Open at once in all. Default 256.
    package var connections: Int

    package init(connectionsPerHost: Int = 64, connections: Int = 256) {
      self.connectionsPerHost = connectionsPerHost
      self.connections = connections
    }
  }

  private nonisolated let loop: SocketLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
  private let transfers: TransferTable
  private var lastID: UInt64 = 0

  /// - Parameter authorities: PEM certificates that are trusted instead of the system's, for servers of one's own.
  package init(loop: SocketLoop, limits: Limits = Limits(), authorities: String? = nil) {
    self.loop = loop
    transfers = TransferTable(loop: loop, limits: limits, authorities: authorities)
  }

  isolated deinit { transfers.shutDown() }

  /// The answer, whatever its status; an error only when there is none. Cancelling the task aborts the call.
  package func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
    guard !Task.isCancelled else {
      throw HTTPClientError(
        code: .cancelled, mayHaveBeenSent: false, target: request.shownTarget, cause: "cancelled before it began")
    }
    lastID += 1
    let id = lastID
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        transfers.start(id, request, continuation)
      }
    } onCancel: {
      // The handler is synchronous and on the canceller's thread; the abort has to happen on the loop.
      Task { await self.cancel(id) }
    }
    return try result.get()
  }

  private func cancel(_ id: UInt64) { transfers.cancel(id) }
}
