import Postgres
import SocketLoop
import TestKit
import Testing

@Suite("A PostgreSQL connection")
struct PostgresConnectionTests {
  @Test("binds every kind of value and reads it back")
  func values() async throws {
    try await TestDatabase.with { database in
      let rows = try await database.pool.run(
        Statement(
          "values",
          """
          SELECT $1::text AS text, $2::bigint AS number, $3::bool AS flag, $4::bytea AS bytes, $5::text AS missing,
            ($6::text[])[2] AS quoted, cardinality($6::text[]) AS size, ($6::text[])[3] IS NULL AS has_null,
            $7::bigint[] AS numbers, $8::interval = interval '1500 ms' AS is_interval
          """,
          [
            .text("Ünï'\"\\ $1 🐦"), .int(Int64.min), .bool(true), .bytes([0, 127, 255]), .null,
            .array(["plain", "a\"b\\c,{d}\nNULL", nil]), .array([1, -2, 3]), .interval(.milliseconds(1500)),
          ]))
      let row = rows[0]
      #expect(try row.string("text") == "Ünï'\"\\ $1 🐦")
      #expect(try row.int64("number") == Int64.min)
      #expect(try row.bool("flag"))
      #expect(try row.bytes("bytes") == [0, 127, 255])
      #expect(try row.optionalString("missing") == nil)
      #expect(try row.string("quoted") == "a\"b\\c,{d}\nNULL")
      #expect(try row.int("size") == 3)
      #expect(try row.bool("has_null"))
      #expect(try row.string("numbers") == "{1,-2,3}")
      #expect(try row.bool("is_interval"))
    }
  }

  @Test("binary arrays say the same as arrays in text format")
  func binaryArrays() async throws {
    try await TestDatabase.with { database in
      let texts = ["plain", "a\"b\\c,{d}\nNULL", nil, "", "a\0b 🐦"]
      let same = Statement(
        "same",
        """
        SELECT $1::text[] = $2::text[] AS texts, $3::smallint[] = '{-32768,0,32767}' AS smallints,
          $4::bigint[] = $5::bigint[] AS bigints, $6::text[] = '{}' AND $7::bigint[] = '{}' AS empty
        """,
        [
          .texts(texts), .array(texts), .smallints([Int.min, 0, Int.max]), .bigints([.min, -1, .max]),
          .array([Int64.min, -1, .max]), .texts([String]()), .bigints([]),
        ])
      let connection = try await database.connect()
      // The third time it runs by the name it was prepared under.
      for _ in 0..<3 {
        let row = try await connection.run(same)[0]
        for column in ["texts", "smallints", "bigints", "empty"] { #expect(try row.bool(column), "\(column)") }
      }
    }
  }

  @Test("keeps many exchanges in flight on one connection, and an error in one spares its neighbours")
  func pipelining() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      let results = await withTaskGroup(of: (Int, Result<Int, PostgresError>).self) { group in
        for number in 0..<200 {
          group.addTask {
            do {
              let divisor = number % 10 == 3 ? 0 : 1
              let rows = try await connection.run(
                Statement("divide", "SELECT $1::int / $2::int AS value", [.int(number), .int(divisor)]))
              return (number, .success(try rows[0].int("value")))
            } catch {
              return (number, .failure(error as! PostgresError))
            }
          }
        }
        return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
      }
      for (number, result) in results {
        switch result {
        case .success(let value): #expect(value == number && number % 10 != 3)
        case .failure(let error): #expect(error.sqlState == "22012" && number % 10 == 3)
        }
      }
      #expect(connection.isOpen)
    }
  }

  @Test("makes the statements of an exchange one transaction")
  func atomicExchange() async throws {
    try await TestDatabase.with { database in
      try await database.pool.run(Statement("create", "CREATE TABLE numbers (n int)"))
      let insert = Statement("insert", "INSERT INTO numbers VALUES (1)")
      await #expect(throws: PostgresError.self) {
        try await database.pool.run([insert, Statement("fail", "SELECT 1 / 0")])
      }
      #expect(try await database.pool.run(Statement("count", "SELECT count(*) AS n FROM numbers"))[0].int("n") == 0)
    }
  }

  @Test("rolls a transaction back when its closure throws, and uses the connection again")
  func rollback() async throws {
    struct Stop: Error {}
    try await TestDatabase.with(poolLimit: 1) { database in
      try await database.pool.run(Statement("create", "CREATE TABLE numbers (n int)"))
      await #expect(throws: Stop.self) {
        try await database.pool.withTransaction(isDurable: false) { transaction in
          try await transaction.run(Statement("insert", "INSERT INTO numbers VALUES (1)"))
          throw Stop()
        }
      }
      try await database.pool.withTransaction(isDurable: true) { transaction in
        transaction.atCommit([Statement("insert", "INSERT INTO numbers VALUES (2)")])
      }
      let rows = try await database.pool.run(Statement("read", "SELECT n FROM numbers"))
      #expect(try rows.map { try $0.int("n") } == [2])
    }
  }

  @Test("fails at once, with the reason and no password, when nobody listens")
  func refused() async throws {
    let configuration = PostgresConfiguration(
      url: "postgresql://someone:hunter2@127.0.0.1:1/nowhere", applicationName: "tests")
    await #expect {
      _ = try await PostgresConnection.connect(configuration, on: SocketLoop())
    } throws: { error in
      guard let error = error as? PostgresError else { return false }
      return error.code == .connect && error.isUnavailable && !"\(error)".contains("hunter2")
        && !String(reflecting: error).contains("hunter2")
    }
  }

  @Test("tells everyone who waits when the server ends the connection, and the pool heals")
  func terminated() async throws {
    try await TestDatabase.with(poolLimit: 1) { database in
      let killer = try await database.connect()
      let pid = try await database.pool.run(Statement("pid", "SELECT pg_backend_pid() AS pid"))[0].int("pid")
      async let sleeping = database.pool.run(Statement("sleep", "SELECT pg_sleep(30)"))
      while try await killer.run(
        Statement(
          "active",
          "SELECT count(*) AS n FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND query LIKE '%pg_sleep%'",
          [.int(pid)])
      )[0].int("n") == 0 {}
      try await killer.run(Statement("kill", "SELECT pg_terminate_backend($1)", [.int(pid)]))
      do {
        _ = try await sleeping
        Issue.record("the statement outlived its connection")
      } catch let error as PostgresError {
        #expect(error.isUnavailable)
      }
      #expect(try await database.pool.run(Statement("one", "SELECT 1 AS n"))[0].int("n") == 1)
    }
  }

  @Test("gives a silent server up after the statement time-out")
  func timeout() async throws {
    try await TestDatabase.with { database in
      var configuration = database.configuration
      configuration.statementTimeout = .milliseconds(100)
      let connection = try await PostgresConnection.connect(configuration, on: database.loop)
      await #expect { try await connection.run(Statement("sleep", "SELECT pg_sleep(30)")) } throws: {
        ($0 as? PostgresError)?.code == .timeout
      }
      #expect(!connection.isOpen)
    }
  }

  @Test("lends no more connections than its limit, and says so when none comes back in time")
  func bounded() async throws {
    try await TestDatabase.with { database in
      let pool = PostgresPool(database.configuration, limit: 1, leaseTimeout: .milliseconds(50), on: database.loop)
      try await pool.withConnection { _ in
        await #expect { try await pool.run(Statement("one", "SELECT 1")) } throws: {
          ($0 as? PostgresError)?.code == .poolExhausted
        }
      }
      try await pool.run(Statement("one", "SELECT 1"))
      await pool.drain()
    }
  }
}
