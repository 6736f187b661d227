import ChildProcesses
import FoundationEssentials
import Glibc

/// A private PostgreSQL for the demo, tests and benchmarks: a folder, a Unix socket that only its owner and root reach,
/// and a server that ends when this process does, however that is.
package actor LocalCluster {
  /// How a server is told to end: `fast` rolls back what runs, `immediate` is a crash that recovers at the next start.
  package enum StopMode: Sendable { case fast, immediate }

  /// Seconds a start may take, crash recovery included.
  static let startLimit = Duration.seconds(60)

  nonisolated let layout: ClusterFolder
  /// In the name of the Unix socket, and of the TCP port where there is one.
  package nonisolated let port: Int
  private let binaries: ServerBinaries
  private let settings: [String: String]
  private var server: ChildProcess?

  /// Makes the cluster when the folder has none, and starts it; an existing one keeps its data.
  ///
  /// - Parameters:
  ///   - folder: Where it lives; see `folder` for where it came to be.
  ///   - listen: A TCP port on 127.0.0.1 beside the socket, with a password (`tcpURL`); nil for the socket only.
  ///   - settings: postgresql.conf names and values over those of the purpose.
  package init(
    folder: String, purpose: ClusterPurpose = .demo, listen: Int? = nil, settings: [String: String] = [:]
  ) async throws(LocalClusterError) {
    binaries = try ServerBinaries.find()
    layout = try await ClusterFolder.prepare(folder)
    port = listen ?? 5432
    var all = purpose.settings.merging(settings) { $1 }
    all["listen_addresses"] = listen == nil ? "" : "127.0.0.1"
    all["unix_socket_directories"] = layout.sockets
    all["port"] = "\(port)"
    self.settings = all
    if !layout.isInitialised { try await initialise(durable: purpose.keepsThroughPowerCut) }
    try await start()
  }

  /// The folder in use. Differs from the wanted one when that one could not be reached by the server's user.
  package nonisolated var folder: String { layout.path }
  /// The folder that was asked for, when it is not the one in use.
  package nonisolated var relocatedFrom: String? { layout.wanted }
  /// Where the Unix socket lies.
  package nonisolated var socketFolder: String { layout.sockets }
  /// PostgreSQL's own log.
  package nonisolated var logFile: String { layout.log }

  /// libpq URI over the Unix socket.
  package nonisolated func url(database: String = "postgres") -> String {
    "postgresql://martlet@/\(Self.escape(database))?host=\(Self.escape(layout.sockets))&port=\(port)"
  }

  /// libpq URI over TCP, with the password; only where `listen` was given.
  package nonisolated func tcpURL(database: String = "postgres") throws(LocalClusterError) -> String {
    guard let password = try? String(contentsOfFile: layout.password, encoding: .utf8) else {
      throw LocalClusterError(code: .folder, doing: "read the cluster's password", cause: "\(layout.password) is gone")
    }
    return "postgresql://martlet:\(password)@127.0.0.1:\(port)/\(Self.escape(database))"
  }

  /// Starts a stopped server and returns when it takes connections. Does nothing when it runs.
  package func start() async throws(LocalClusterError) {
    if let server, server.isRunning { return }
    try await clearStalePostmaster()
    let named = settings.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    do {
      let started = try await ChildProcess.start(
        command(binaries.postgres, ["-D", layout.data] + named), output: .file(layout.log))
      server = started
      try await waitUntilReady(started)
    } catch let error as ChildProcessError {
      throw LocalClusterError(code: .start, doing: "start PostgreSQL in \(folder)", error)
    } catch let error as LocalClusterError {
      throw error
    } catch {
      throw LocalClusterError(code: .start, doing: "start PostgreSQL in \(folder)", cause: "\(error)")
    }
  }

  /// Ends the server and returns when it is gone.
  package func stop(_ mode: StopMode = .fast) async {
    guard let server else { return }
    server.signal(mode == .fast ? .interrupt : .quit)
    _ = await server.exit
    self.server = nil
  }

  package func restart(_ mode: StopMode = .fast) async throws(LocalClusterError) {
    await stop(mode)
    try await start()
  }

  /// Ends the server at once and deletes the folder.
  package func remove() async {
    await stop(.immediate)
    layout.remove()
  }

  /// Makes a database, unless it is there.
  package func createDatabase(_ name: String) async throws(LocalClusterError) {
    do {
      let statement = "CREATE DATABASE \"\(name.replacing("\"", with: "\"\""))\""
      try await ChildProcess.run(psql(statement))
    } catch {
      // SQLSTATE 42P04, duplicate_database.
      if error.cause.contains("42P04") { return }
      throw LocalClusterError(code: .command, doing: "create the database \(name)", error)
    }
  }

  private func psql(_ statement: String) -> ChildCommand {
    ChildCommand(
      binaries.psql, ["-XqAt", "-v", "VERBOSITY=verbose", "-v", "ON_ERROR_STOP=1", "-c", statement, url()],
      environment: ["LC_ALL": "C.UTF-8"], folder: "/")
  }

  private func command(_ executable: String, _ arguments: [String]) -> ChildCommand {
    ChildCommand(
      executable, arguments, environment: ["LC_ALL": "C.UTF-8", "TZ": "UTC", "PATH": "/usr/bin:/bin"], folder: "/",
      user: layout.user, signalWhenParentDies: .interrupt)
  }

  private func initialise(durable: Bool) async throws(LocalClusterError) {
    // A folder without PG_VERSION is what an interrupted initdb left behind.
    try? FileManager.default.removeItem(atPath: layout.data)
    let bytes = (0..<24).map { _ in UInt8.random(in: .min ... .max) }
    let password = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    let doing = "make a PostgreSQL cluster in \(folder)"
    guard FileManager.default.createFile(atPath: layout.password, contents: Data(password.utf8)),
      chmod(layout.password, 0o600) == 0,
      layout.user.map({ chown(layout.password, $0.userID, $0.groupID) }) ?? 0 == 0
    else {
      throw LocalClusterError(code: .folder, doing: doing, cause: "cannot write \(layout.password)")
    }
    do {
      try await ChildProcess.run(
        command(
          binaries.initdb,
          [
            "-D", layout.data, "-U", "martlet", "-E", "UTF8", "--locale=C.UTF-8", "--auth-local=trust",
            "--auth-host=scram-sha-256", "--pwfile=\(layout.password)",
          ] + (durable ? [] : ["--no-sync"])))
    } catch {
      throw LocalClusterError(code: .initialise, doing: doing, error)
    }
  }

  /// A server that lost its parent needs a moment to end; a file whose server is gone only has to be deleted.
  private func clearStalePostmaster() async throws(LocalClusterError) {
    let deadline = ContinuousClock.now + .seconds(5)
    while let file = PostmasterFile(data: layout.data) {
      guard file.isHeld(data: layout.data) else { return file.remove() }
      guard ContinuousClock.now < deadline, (try? await Task.sleep(for: .milliseconds(50))) != nil else {
        throw LocalClusterError(
          code: .inUse, doing: "start PostgreSQL in \(folder)",
          cause: "process \(file.processID) is using the folder already", remedy: "stop the other one first")
      }
    }
  }

  private func waitUntilReady(_ server: ChildProcess) async throws {
    let deadline = ContinuousClock.now + Self.startLimit
    while PostmasterFile(data: layout.data).map({ $0.processID == server.processID && $0.isReady }) != true {
      guard server.isRunning, ContinuousClock.now < deadline else {
        let timedOut = server.isRunning
        server.signal(.quit)
        throw LocalClusterError(
          code: .start, doing: "start PostgreSQL in \(folder)",
          cause: timedOut ? "not ready after \(Self.startLimit)" : lastLogLines(), remedy: "see \(layout.log)")
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  private func lastLogLines() -> String {
    let text = (try? String(contentsOfFile: layout.log, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").suffix(3).joined(separator: " | ")
  }

  private static func escape(_ text: String) -> String {
    text.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
        String(UnicodeScalar(byte))
      default: "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
      }
    }.joined()
  }
}
