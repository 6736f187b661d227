import Glibc
import UnixSignals

/// Runs a body until it ends or a person stops it: the first Ctrl-C cancels it, the second ends the process at once.
///
/// - Returns: Nil when it was stopped.
func untilInterrupted<Result: Sendable>(
  _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result? {
  let work = Task { try await body() }
  // Outlives this call: once it stops, the second signal must still be heard.
  Task {
    for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
      if work.isCancelled { exit(130) }
      Surroundings.tell("\nstopping; Ctrl-C again to end at once")
      work.cancel()
    }
  }
  do {
    return try await work.value
  } catch  where work.isCancelled {
    return nil
  }
}
