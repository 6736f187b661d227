import Testing

@testable import Postgres

@Suite("Errors of PostgreSQL")
struct PostgresErrorTests {
  private func server(_ sqlState: String?) -> PostgresError {
    PostgresError(code: .server, operation: "ingest", sqlState: sqlState, detail: "secret words of a person")
  }

  @Test(
    "tell what may be tried again as it stands from what was refused",
    arguments: [
      ("57P01", true), ("57P03", true), ("53300", true), ("53100", true), ("25006", true), ("23505", false),
      ("57014", true), ("40001", true), ("40P01", true), ("55P03", true), ("42P01", false), ("22P02", false),
      (nil, false),
    ] as [(String?, Bool)])
  func unavailable(sqlState: String?, isUnavailable: Bool) {
    #expect(server(sqlState).isUnavailable == isUnavailable)
  }

  @Test(
    "of the connection mean out of reach, of decoding never",
    arguments: [
      (.connect, true), (.connectionLost, true), (.timeout, true), (.poolExhausted, true), (.decoding, false),
    ] as [(PostgresError.Code, Bool)])
  func unavailable(code: PostgresError.Code, isUnavailable: Bool) {
    // A state that alone would say the opposite.
    let error = PostgresError(code: code, operation: "read", sqlState: isUnavailable ? "23505" : "57P01")
    #expect(error.isUnavailable == isUnavailable)
  }

  @Test(
    "say what a person can do",
    arguments: [
      (.connect, nil, "MARTLET_DATABASE_URL"), (.connectionLost, nil, "tried again"),
      (.timeout, nil, "pg_stat_activity"), (.poolExhausted, nil, "pool"), (.decoding, nil, "martlet migrate"),
      (.server, "42P01", "martlet migrate"), (.server, "42883", "martlet migrate"),
      (.server, "3F000", "martlet migrate"), (.server, "23505", "Appendix A"), (.server, nil, "Appendix A"),
    ] as [(PostgresError.Code, String?, String)])
  func remedies(code: PostgresError.Code, sqlState: String?, hint: String) {
    let error = PostgresError(code: code, operation: "read", sqlState: sqlState)
    #expect(error.remedy.contains(hint))
    #expect(error.description.hasSuffix(error.remedy))
  }

  @Test("are shown with what was being done and the server's code, without the server's words")
  func redaction() {
    let error = PostgresError(
      code: .server, operation: "ingest", sqlState: "23505", constraint: "event_pkey",
      detail: "Key (person)=(42) already exists")
    #expect(error.description.hasPrefix("PostgreSQL, ingest: server, SQLSTATE 23505, constraint event_pkey. "))
    #expect(!error.description.contains("42)"))
    #expect(!"\(error)".contains("already exists"))
    #expect(String(reflecting: error).contains("Key (person)=(42) already exists"))
  }

  @Test("of connecting show libpq's reason, which names no password")
  func connecting() {
    let error = PostgresError(code: .connect, operation: "connecting", detail: "connection refused")
    #expect(error.description.contains("(connection refused)"))
    for code in [PostgresError.Code.connectionLost, .timeout, .decoding, .poolExhausted] {
      #expect(!PostgresError(code: code, operation: "x", detail: "words").description.contains("words"))
    }
  }
}
