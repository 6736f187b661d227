import Glibc
import Logging
import ServiceKit
import ServiceLifecycle
import Synchronization
import Testing
import UnixSignals

/// A signal reaches every group of the process that listens for it: one suite at a time, with a signal of its own.
@Suite(.serialized) struct RunServicesTests {
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private final class Journal: Sendable {
    private let lines = Mutex<[String]>([])
    func note(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
  }

  /// A service made of a closure.
  private struct Part: Service {
    let body: @Sendable () async throws -> Void
    func run() async throws { try await body() }
  }

  @Test("a signal stops the last service first, and that is no error")
  func signal() async throws {
    let journal = Journal()
    let started = AsyncStream<Void>.makeStream()
    func part(_ name: String) -> Part {
      Part {
        started.continuation.yield()
        try await gracefulShutdown()
        journal.note(name)
      }
    }
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await runServices([part("database"), part("worker")], logger: logger, signals: [.sigusr1]) }
      var iterator = started.stream.makeAsyncIterator()
      for _ in 0..<2 { await iterator.next() }
      kill(getpid(), SIGUSR1)
      try await tasks.waitForAll()
    }
    #expect(journal.all == ["worker", "database"])
  }

  @Test("a service that does not finish in time is cancelled, and that is no error")
  func limit() async throws {
    let journal = Journal()
    let started = AsyncStream<Void>.makeStream()
    let stubborn = Part {
      started.continuation.yield()
      defer { journal.note("cancelled") }
      try await Task.sleep(for: .seconds(3600))
    }
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await runServices([stubborn], logger: logger, limit: .milliseconds(50), signals: [.sigusr1]) }
      var iterator = started.stream.makeAsyncIterator()
      await iterator.next()
      kill(getpid(), SIGUSR1)
      try await tasks.waitForAll()
    }
    #expect(journal.all == ["cancelled"])
  }

  @Test("a service that fails lets the others finish, and its error comes out")
  func failure() async throws {
    struct Broken: Error {}
    let journal = Journal()
    let neighbour = Part {
      try await gracefulShutdown()
      journal.note("finished")
    }
    await #expect(throws: Broken.self) {
      try await runServices([neighbour, Part { throw Broken() }], logger: logger)
    }
    #expect(journal.all == ["finished"])
  }

  @Test("a service that returns unasked is an error")
  func unasked() async throws {
    await #expect(throws: ServiceGroupError.self) {
      try await runServices([Part {}], logger: logger)
    }
  }
}
