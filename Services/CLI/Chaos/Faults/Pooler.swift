import ChildProcesses
import FoundationEssentials
import Glibc

/// PgBouncer in transaction mode, in front of the run's PostgreSQL, on a Unix socket in the cluster's folder.
struct Pooler: Sendable {
  static let executable: String? = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].first { access($0, X_OK) == 0 }
  private static let port = 6432

  let url: String
  private let child: ChildProcess

  /// - Parameters:
  ///   - folder: The cluster's own, which belongs to the user that PostgreSQL runs as.
  ///   - sockets: Where PostgreSQL's socket lies.
  static func start(_ executable: String, folder: String, sockets: String, serverPort: Int) async throws -> Pooler {
    let configuration = """
      [databases]
      martlet = host=\(sockets) port=\(serverPort) dbname=martlet user=martlet
      [pgbouncer]
      listen_addr =
      unix_socket_dir = \(folder)
      listen_port = \(port)
      auth_type = any
      pool_mode = transaction
      max_client_conn = 200
      default_pool_size = 20
      server_login_retry = 1
      query_wait_timeout = 5
      logfile = \(folder)/pgbouncer.log
      """
    let file = folder + "/pgbouncer.ini"
    try configuration.write(toFile: file, atomically: false, encoding: .utf8)
    // It refuses to run as root, as PostgreSQL does.
    let user = UnixUser.isRoot ? UnixUser(named: "postgres") ?? UnixUser(named: "nobody") : nil
    chmod(file, 0o644)
    let child = try await ChildProcess.start(
      ChildCommand(executable, ["-q", file], folder: "/", user: user, signalWhenParentDies: .kill))
    let socket = "\(folder)/.s.PGSQL.\(port)"
    let limit = ContinuousClock.now + .seconds(10)
    while access(socket, F_OK) != 0 {
      guard child.isRunning, .now < limit else {
        throw ToolError(
          code: .database, doing: "start PgBouncer",
          cause: (try? String(contentsOfFile: folder + "/pgbouncer.log", encoding: .utf8)) ?? "it says nothing")
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    let host = folder.replacing("/", with: "%2F")
    return Pooler(url: "postgresql://martlet@/martlet?host=\(host)&port=\(port)", child: child)
  }

  func stop() async {
    child.signal(.kill)
    _ = await child.exit
  }
}
