import Cryptography
import FoundationEssentials
import Glibc
import HTTPClient
import Logging
import Postgres
import SocketLoop
import TestKit
import Testing

@testable import Identity

@Suite("Keeping media")
struct MediaTests {
  private static let http = HTTPClient(loop: SocketLoop())

  /// A page that wants images of at most 1,000 bytes, a folder, and a server in Meta's place.
  private func site(
    _ script: @escaping @Sendable (Connection) -> Void,
    _ body: @Sendable (TestDatabase, FaultServer, MediaKeeper, String) async throws -> Void
  ) async throws {
    let server = FaultServer(script)
    defer { server.stop() }
    let folder = "/var/tmp/martlet-media-\(getpid())-\(server.port)"
    #expect(mkdir(folder, 0o700) == 0)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await TestDatabase.with { database in
      try await database.pool.run(
        Statement(
          "page",
          """
          INSERT INTO martlet.page (page_id, app_id, media_types, media_max_bytes)
          VALUES ('1', 'app', '{image}', 1000)
          """))
      let keeper = MediaKeeper(
        table: MediaTable(pool: database.pool),
        fetcher: MediaFetcher(http: Self.http, hosts: MediaHosts("fbcdn.net,\(server.url)")),
        store: FolderStore(folder: folder), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      try await body(database, server, keeper, folder)
    }
  }

  private func note(
    _ url: String, type: String = "image", mid: String = "m1", page: String = "1", expiry: Int64? = nil,
    in database: TestDatabase
  ) async throws {
    try await database.pool.run(
      Statement(
        "note",
        "SELECT martlet.media_note($1::text[], '{ann}', $2::text[], '{0}', $3::text[], $4::text[], $5::bigint[])",
        [.texts([page]), .texts([mid]), .texts([type]), .texts([url]), .array([expiry.map { String($0) }])]))
  }

  /// `state reason attempts url` of each row.
  private func rows(_ database: TestDatabase) async throws -> [String] {
    let rows = try await database.pool.run(
      Statement(
        "rows",
        """
        SELECT concat_ws(' ', state, reason, attempts, CASE WHEN url IS NULL THEN 'gone' ELSE 'url' END) AS v
        FROM martlet.media ORDER BY mid
        """))
    return try rows.map { try $0.string("v") }
  }

  private static func image(_ connection: Connection) {
    while connection.request() != nil { connection.answer("\u{1}PNG", headers: "Content-Type: image/png\r\n") }
  }

  @Test("what is old goes: first the file, then its row; what is young stays, and so does a row whose file will not go")
  func retention() async throws {
    try await site(Self.image) { database, server, keeper, folder in
      for mid in ["m1", "m2"] {
        try await note(server.url + "/\(mid)", mid: mid, in: database)
        #expect(try await keeper.step())
      }
      try await note(server.url + "/voice", type: "audio", mid: "m3", in: database)
      func retention(_ store: any MediaStore) -> MediaRetention {
        MediaRetention(table: keeper.table, store: store, age: .seconds(86_400), logger: keeper.logger)
      }
      func make(_ mids: String, daysOld days: Int) async throws {
        try await database.pool.run(
          Statement(
            "age",
            "UPDATE martlet.media SET received_at = now() - make_interval(days => \(days)) WHERE mid IN (\(mids))"))
      }
      #expect(try await retention(keeper.store).removeOld() == 0)
      try await make("'m1', 'm3'", daysOld: 2)
      await #expect(throws: MediaStoreError.self) { try await retention(StuckStore()).removeOld() }
      #expect(try await texts(database, "SELECT mid AS v FROM martlet.media ORDER BY 1") == ["m1", "m2"])
      let place = try await texts(database, "SELECT place AS v FROM martlet.media WHERE mid = 'm1'")[0]
      #expect(access("\(folder)/\(place)", F_OK) == 0)
      #expect(try await retention(keeper.store).removeOld() == 1)
      #expect(access("\(folder)/\(place)", F_OK) != 0)
      #expect(try await texts(database, "SELECT mid AS v FROM martlet.media") == ["m2"])
      // Its file was taken away by somebody else.
      let other = try await texts(database, "SELECT place AS v FROM martlet.media")[0]
      #expect(unlink("\(folder)/\(other)") == 0)
      try await make("'m2'", daysOld: 2)
      #expect(try await retention(keeper.store).removeOld() == 1)
      #expect(try await texts(database, "SELECT mid AS v FROM martlet.media") == [])
    }
  }

  private func texts(_ database: TestDatabase, _ sql: String) async throws -> [String] {
    try await database.pool.run(Statement("texts", sql)).map { try $0.string("v") }
  }

  /// A disk that fails.
  private struct StuckStore: MediaStore {
    func put(_ bytes: [UInt8], at place: String, type: String) async throws {}
    func remove(_ place: String) async throws { throw MediaStoreError(code: .folder, cause: "input/output error") }
  }

  @Test("what the page wants is fetched once, stored for this user alone, and its link forgotten")
  func kept() async throws {
    try await site(Self.image) { database, server, keeper, folder in
      try await note(server.url + "/a?oh=secret", in: database)
      try await note(server.url + "/a?oh=secret", in: database)
      #expect(try await rows(database) == ["pending 0 url"])
      #expect(try await keeper.step())
      #expect(try await !keeper.step())
      #expect(try await rows(database) == ["kept 1 gone"])
      let row = try await database.pool.run(
        Statement("kept", "SELECT size, sha256, content_type, place FROM martlet.media"))[0]
      #expect(try row.int("size") == 4)
      #expect(try row.bytes("sha256") == SHA256.hash(Array("\u{1}PNG".utf8)))
      #expect(try row.string("content_type") == "image/png")
      let path = "\(folder)/\(try row.string("place"))"
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "\u{1}PNG")
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
      #expect(server.requests == 1)
    }
  }

  @Test("what the page does not want is only recorded, and its link forgotten when its time is over")
  func linked() async throws {
    try await site(Self.image) { database, server, keeper, _ in
      try await note(server.url, type: "video", mid: "m1", expiry: 4_000_000_000, in: database)
      try await note(server.url, mid: "m2", page: "2", expiry: 1_700_000_000, in: database)
      try await note(server.url, mid: "m3", expiry: 1_700_000_000, in: database)
      #expect(try await rows(database) == ["linked 0 url", "linked 0 url", "pending 0 url"])
      #expect(try await keeper.table.expire() == 2)
      #expect(try await rows(database) == ["linked 0 url", "expired 0 gone", "expired 0 gone"])
      #expect(try await !keeper.step())
      #expect(server.requests == 0)
    }
  }

  @Test("too much, another type, a host that is not Meta's: refused, and why")
  func refused() async throws {
    try await site({ connection in
      while let request = connection.request() {
        let type = request.hasPrefix("GET /type") ? "text/html" : "image/png"
        if request.hasPrefix("GET /stream") {
          connection.send("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n")
          while connection.send("100\r\n\(String(repeating: "x", count: 256))\r\n") {}
          return
        }
        if request.hasPrefix("GET /away") {
          connection.answer("", status: "302 Found", headers: "Location: https://169.254.169.254/latest\r\n")
          continue
        }
        let length = type == "image/png" ? 1001 : 10
        connection.answer(String(repeating: "x", count: length), headers: "Content-Type: \(type)\r\n")
      }
    }) { database, server, keeper, _ in
      let links =
        ["/size", "/type", "/stream", "/away"].map { server.url + $0 } + ["https://evil.example/", "http://[::1]/"]
      for (number, link) in links.enumerated() { try await note(link, mid: "m\(number)", in: database) }
      for _ in links { #expect(try await keeper.step()) }
      let found = try await rows(database)
      #expect(
        found == [
          "refused size 1 gone", "refused type 1 gone", "refused size 1 gone", "refused host 1 gone",
          "refused host 1 gone", "refused host 1 gone",
        ])
    }
  }

  @Test("a name of Meta's that leads to a private address is not followed")
  func privateAddress() async throws {
    let fetcher = MediaFetcher(http: Self.http, hosts: MediaHosts("localhost"))
    #expect(await fetcher.fetch("https://localhost/", type: "image", limit: 1000) == .refused("address"))
  }

  @Test("a link that leads nowhere any more is expired; a failure is tried again, later and later")
  func failures() async throws {
    try await site({ connection in
      while let request = connection.request() {
        connection.answer("", status: request.hasPrefix("GET /gone") ? "403 Forbidden" : "503 Busy")
      }
    }) { database, server, keeper, _ in
      try await note(server.url + "/gone", mid: "m1", in: database)
      try await note(server.url + "/busy", mid: "m2", in: database)
      #expect(try await keeper.step())
      #expect(try await keeper.step())
      #expect(try await rows(database) == ["expired 1 gone", "pending status 503 1 url"])
      #expect(try await !keeper.step())
      for _ in 2...MediaKeeper.attempts {
        try await database.pool.run(Statement("due", "UPDATE martlet.media SET due_at = now() WHERE state = 'pending'"))
        #expect(try await keeper.step())
      }
      #expect(try await rows(database) == ["expired 1 gone", "refused status 503 12 gone"])
    }
  }

  @Test("two keepers never take the same attachment, and one that was overtaken changes nothing")
  func fence() async throws {
    try await site(Self.image) { database, server, keeper, _ in
      try await note(server.url, in: database)
      let first = try #require(try await keeper.table.take(patience: .zero))
      let second = try #require(try await keeper.table.take(patience: .seconds(60)))
      #expect(try await keeper.table.take(patience: .seconds(60)) == nil)
      try await keeper.table.end(first, "refused", "late")
      #expect(try await rows(database) == ["pending 2 url"])
      try await keeper.table.end(second, "expired", nil)
      #expect(try await rows(database) == ["expired 2 gone"])
    }
  }

  @Test("a folder that cannot be written is a failure that says what to look at, and the attachment waits")
  func noFolder() async throws {
    try await site(Self.image) { database, server, keeper, folder in
      let store = FolderStore(folder: "/proc/none/here")
      let error = await #expect(throws: MediaStoreError.self) {
        try await store.put([1], at: "1/a-0", type: "image/png")
      }
      #expect(error?.description.contains("Check the folder") == true)
      let failing = MediaKeeper(table: keeper.table, fetcher: keeper.fetcher, store: store, logger: keeper.logger)
      try await note(server.url + "/a", in: database)
      #expect(try await failing.step())
      let found = try await rows(database)
      #expect(found == ["pending store 1 url"])
    }
  }
}
