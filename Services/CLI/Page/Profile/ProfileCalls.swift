import GraphAPI
import Postgres

/// The calls of a page's profile, inside 10 in 10 minutes: each is written down before it is made, so that whoever else
/// calls for that page, now or after a crash, knows of it.
struct ProfileCalls: Sendable {
  let connection: PostgresConnection
  /// Whether to sleep until there is room. Otherwise the page is left, and said when to come again.
  let waits: Bool

  /// - Throws: What the call throws, or ``PageTrouble`` where there is no room.
  func make<Value: Sendable>(
    _ page: String, _ call: () async throws(GraphError) -> Value
  ) async throws -> Value {
    while true {
      let row = try await connection.run([
        .synchronousCommit(true),
        Statement("profile.call", "SELECT call, wait_ms FROM martlet.profile_call($1)", [.text(page)]),
      ])[1][0]
      guard let claimed = try row.optionalInt("call") else {
        try await wait(
          .milliseconds(try row.int("wait_ms")), page, "10 calls went out in 10 minutes, as many as Meta takes")
        continue
      }
      do throws(GraphError) {
        return try await call()
      } catch {
        guard error.disposition == .slowDown else { throw error }
        try await connection.run(
          Statement("profile.refused", "SELECT martlet.profile_call_refused($1)", [.int(claimed)]))
        guard waits else {
          let trace = error.fbtraceID.map { ", fbtrace_id \($0)" } ?? ""
          throw PageTrouble(
            what: "Meta takes no more calls for now (code \(error.code ?? 0)\(trace)): something else used them up; "
              + "come again in 10 min, or give --wait")
        }
      }
    }
  }

  private func wait(_ time: Duration, _ page: String, _ why: String) async throws {
    guard waits else {
      throw PageTrouble(what: "\(why); come again in \(Age.text(time)), or give --wait")
    }
    Surroundings.tell("page \(page): \(why); waiting \(Age.text(time))")
    try await Task.sleep(for: time)
  }
}
