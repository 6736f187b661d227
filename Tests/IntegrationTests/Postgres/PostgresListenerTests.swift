import Logging
import Postgres
import ServiceLifecycle
import TestKit
import Testing

@Suite("The listening connection", .timeLimit(.minutes(5)))
struct PostgresListenerTests {
  private typealias Events = AsyncStream<PostgresListener.Event>

  /// Runs a listener beside `body`, which gets its events.
  private func listening(
    _ configuration: PostgresConfiguration, heartbeat: Duration = .seconds(5), on database: TestDatabase,
    _ body: @Sendable @escaping (PostgresListener, inout Events.Iterator) async throws -> Void
  ) async throws {
    let (events, continuation) = Events.makeStream()
    let logger = Logger(label: "test")
    let listener = PostgresListener(
      configuration, channels: ["martlet_send", "od\"d"], heartbeat: heartbeat, on: database.loop, logger: logger
    ) { continuation.yield($0) }
    let group = ServiceGroup(configuration: .init(services: [.init(service: listener)], logger: logger))
    try await withThrowingTaskGroup { tasks in
      tasks.addTask { try await group.run() }
      var iterator = events.makeAsyncIterator()
      try await body(listener, &iterator)
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  private func notify(_ channel: String, _ payload: String, in database: TestDatabase) async throws {
    try await database.pool.run(Statement("notify", "SELECT pg_notify($1, $2)", [.text(channel), .text(payload)]))
  }

  private func text(_ event: PostgresListener.Event?) -> String {
    switch event {
    case .listening: "listening"
    case .notification(let channel, let payload): "\(channel): \(payload)"
    case nil: "nothing"
    }
  }

  @Test("reports that it listens, then every notification of its channels, in order")
  func arrives() async throws {
    try await TestDatabase.with { database in
      try await listening(database.configuration, on: database) { listener, events in
        #expect(text(await events.next()) == "listening")
        #expect(listener.failure == nil)
        try await notify("martlet_send", "1,2", in: database)
        try await notify("martlet_understand", "not ours", in: database)
        try await notify("od\"d", "", in: database)
        #expect(text(await events.next()) == "martlet_send: 1,2")
        #expect(text(await events.next()) == "od\"d: ")
      }
    }
  }

  @Test("listens again after the server ended its connection, and says so")
  func terminated() async throws {
    try await TestDatabase.with { database in
      var configuration = database.configuration
      configuration.applicationName = "listener"
      // Far longer than the test: what breaks is noticed at once, not at the next heartbeat.
      try await listening(configuration, heartbeat: .seconds(600), on: database) { listener, events in
        #expect(text(await events.next()) == "listening")
        let ended = try await database.pool.run(
          Statement(
            "end",
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = 'listener' AND datname = current_database()
            """))
        #expect(ended.count == 1)
        #expect(text(await events.next()) == "listening")
        #expect(listener.failure == nil)
        try await notify("martlet_send", "9", in: database)
        #expect(text(await events.next()) == "martlet_send: 9")
      }
    }
  }

  @Test("notices a connection that is half open, and listens on a new one")
  func halfOpen() async throws {
    try await TestDatabase.with { database in
      let proxy = try FreezingProxy(to: database.url)
      defer { proxy.stop() }
      var configuration = database.configuration
      configuration.url = proxy.url
      try await listening(configuration, heartbeat: .milliseconds(100), on: database) { listener, events in
        #expect(text(await events.next()) == "listening")
        proxy.freeze()
        #expect(text(await events.next()) == "listening")
        #expect(proxy.accepted >= 2)
        try await notify("martlet_send", "5", in: database)
        #expect(text(await events.next()) == "martlet_send: 5")
      }
    }
  }

  @Test("tells why nothing arrives while PostgreSQL cannot be reached")
  func unreachable() async throws {
    try await TestDatabase.with { database in
      let proxy = try FreezingProxy(to: database.url)
      var configuration = database.configuration
      configuration.url = proxy.url
      try await listening(configuration, heartbeat: .milliseconds(50), on: database) { listener, events in
        #expect(text(await events.next()) == "listening")
        proxy.stop()
        while listener.failure?.code != .connect { await Task.yield() }
      }
    }
  }
}
