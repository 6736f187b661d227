import Logging
import Metrics
import Postgres
import ServiceLifecycle

/// Ends links whose time is over, and takes away what has been known or kept for long enough.
struct MediaRetention: Service {
  let table: MediaTable
  /// Nil where nothing is kept any more; files of earlier days are left to the operator then.
  let store: (any MediaStore)?
  let age: Duration
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let expired = await logger.attempt("end links that ran out") { try await table.expire() } ?? 0
        count("expired", expired)
        let removed = await logger.attempt("remove old media") { try await removeOld() } ?? 0
        // Both in portions, at leisure when there was little to do.
        if expired < 1000, removed == 0 { try? await Task.sleep(for: .seconds(30)) }
      }
    }
  }

  /// The file first, then the row that knows of it: what is cut short in between is done again. Returns how many went.
  func removeOld() async throws -> Int {
    let (ended, kept) = try await table.over(age)
    guard let store else { return ended }
    for old in kept {
      try await store.remove(old.place)
      try await table.forget(old)
    }
    count("removed", kept.count)
    return ended + kept.count
  }

  private func count(_ outcome: String, _ number: Int) {
    guard number > 0 else { return }
    Counter(label: "martlet_media_total", dimensions: [("outcome", outcome)]).increment(by: number)
  }
}

extension Logger {
  /// Nil after a failure, which is tried again; that PostgreSQL is away is said elsewhere.
  func attempt<Result>(_ doing: String, _ work: () async throws -> Result) async -> Result? {
    do {
      return try await work()
    } catch is CancellationError {
      return nil
    } catch let error as PostgresError where error.isUnavailable {
      return nil
    } catch {
      self.error("media is left for later", metadata: ["doing": "\(doing)", "error": "\(error)"])
      return nil
    }
  }
}
