import Testing

@testable import Postgres

@Suite("Prepared statements")
struct PreparedStatementsTests {
  @Test("a text is prepared when it comes the second time, and then executed by its name")
  func secondUse() {
    var prepared = PreparedStatements(isEnabled: true)
    #expect(prepared.use("SELECT 1") == .plain)
    #expect(prepared.use("SELECT 2") == .plain)
    #expect(prepared.use("SELECT 1") == .prepare("martlet_1"))
    #expect(prepared.use("SELECT 1") == .execute("martlet_1"))
    #expect(prepared.use("SELECT 2") == .prepare("martlet_2"))
    #expect(prepared.use("SELECT 1") == .execute("martlet_1"))
  }

  @Test("a name that the server did not take is never used again; the text gets a new one")
  func forget() {
    var prepared = PreparedStatements(isEnabled: true)
    _ = prepared.use("SELECT 1")
    #expect(prepared.use("SELECT 1") == .prepare("martlet_1"))
    prepared.forget("SELECT 1")
    #expect(prepared.use("SELECT 1") == .prepare("martlet_2"))
    #expect(prepared.use("SELECT 1") == .execute("martlet_2"))
  }

  @Test("texts beyond the limit are sent as they are, and those within it stay prepared")
  func limit() {
    var prepared = PreparedStatements(isEnabled: true)
    let limit = PreparedStatements.limit
    for number in 0...limit { #expect(prepared.use("SELECT \(number)") == .plain) }
    for number in 0..<limit { #expect(prepared.use("SELECT \(number)") == .prepare("martlet_\(number + 1)")) }
    #expect(prepared.use("SELECT \(limit)") == .plain)
    #expect(prepared.use("SELECT \(limit)") == .plain)
    #expect(prepared.use("SELECT 0") == .execute("martlet_1"))
  }

  @Test("behind a pooler nothing is prepared")
  func disabled() {
    var prepared = PreparedStatements(isEnabled: false)
    for _ in 0..<3 { #expect(prepared.use("SELECT 1") == .plain) }
  }
}
