import ChildProcesses
import FoundationEssentials
import Glibc
import LocalCluster
import Testing

@Suite("a private PostgreSQL")
struct LocalClusterTests {
  @Test("takes connections on a socket that only its owner reaches")
  func startsPrivately() async throws {
    try await LocalCluster.withThrowaway { cluster in
      let addresses = try await ask(cluster, "SHOW listen_addresses")
      #expect(addresses == [])
      let fsync = try await ask(cluster, "SHOW fsync")
      #expect(fsync == ["off"])
      var status = stat()
      #expect(stat(cluster.folder, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o700)
    }
  }

  @Test("leaves no folder behind")
  func throwawayIsGone() async throws {
    let folder = try await LocalCluster.withThrowaway { $0.folder }
    #expect(access(folder, F_OK) != 0)
  }

  @Test("keeps its data through a fast stop, a crash and a second start on the folder", arguments: [false, true])
  func keepsData(crash: Bool) async throws {
    let folder = "/var/tmp/martlet-test-\(UInt32.random(in: 0 ... .max))"
    let first = try await LocalCluster(folder: folder, purpose: .tests)
    try await first.createDatabase("kept")
    try await first.createDatabase("kept")
    try await ask(first, "CREATE TABLE t AS SELECT 7 AS n", database: "kept")
    try await first.restart(crash ? .immediate : .fast)
    await first.stop(crash ? .immediate : .fast)
    let second = try await LocalCluster(folder: folder, purpose: .tests)
    let answer = try await ask(second, "SELECT n FROM t", database: "kept")
    #expect(answer == ["7"])
    await second.remove()
  }

  @Test("a note of a postmaster that is no more does not stop a start")
  func staleNote() async throws {
    try await LocalCluster.withThrowaway { cluster in
      await cluster.stop()
      // Our own process id: alive, and not a PostgreSQL.
      let note = "\(getpid())\n\(cluster.folder)/data\n1\n5432\n\n\n1 1\nready   \n"
      try note.write(toFile: cluster.folder + "/data/postmaster.pid", atomically: false, encoding: .utf8)
      try await cluster.start()
      let answer = try await ask(cluster, "SELECT 1")
      #expect(answer == ["1"])
    }
  }

  @Test("a folder in use is refused with the process that uses it")
  func inUse() async throws {
    try await LocalCluster.withThrowaway { cluster in
      let error = await #expect(throws: LocalClusterError.self) {
        _ = try await LocalCluster(folder: cluster.folder, purpose: .tests)
      }
      #expect(error?.code == .inUse)
      let answer = try await ask(cluster, "SELECT 1")
      #expect(answer == ["1"])
    }
  }

  @Test("a path too long for a socket gets a short one")
  func longPath() async throws {
    let name = "martlet-test-\(UInt32.random(in: 0 ... .max))-" + String(repeating: "x", count: 120)
    let cluster = try await LocalCluster(folder: "/var/tmp/\(name)", purpose: .tests)
    let answer = try await ask(cluster, "SELECT 1")
    #expect(answer == ["1"])
    await cluster.remove()
  }

  @Test("over TCP it asks for the password")
  func overTCP() async throws {
    let port = 20_000 + Int(getpid()) % 20_000
    let cluster = try await LocalCluster.throwaway(listen: port)
    let answer = try await run(cluster.tcpURL(), "SELECT 1")
    #expect(answer == ["1"])
    await #expect(throws: ChildProcessError.self) {
      try await run("postgresql://martlet@127.0.0.1:\(port)/postgres", "SELECT 1")
    }
    await cluster.remove()
  }

  @discardableResult
  private func ask(_ cluster: LocalCluster, _ sql: String, database: String = "postgres") async throws -> [String] {
    try await run(cluster.url(database: database), sql).filter { !$0.isEmpty }
  }

  @discardableResult
  private func run(_ url: String, _ sql: String) async throws -> [String] {
    try await ChildProcess.run(ChildCommand("/usr/bin/psql", ["-XqAtw", "-c", sql, url], folder: "/"))
  }
}
