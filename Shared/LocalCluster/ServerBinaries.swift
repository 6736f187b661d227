import FoundationEssentials
import Glibc

/// Where PostgreSQL's server programs are: PATH first, then Debian's folders, newest version first.
struct ServerBinaries: Sendable {
  let folder: String

  var initdb: String { folder + "/initdb" }
  var postgres: String { folder + "/postgres" }
  var psql: String { folder + "/psql" }

  static func find(
    path: String = ProcessInfo.processInfo.environment["PATH"] ?? "", debian: String = "/usr/lib/postgresql"
  ) throws(LocalClusterError) -> ServerBinaries {
    let versions = ((try? FileManager.default.contentsOfDirectory(atPath: debian)) ?? [])
      .sorted { (Double($0) ?? 0) > (Double($1) ?? 0) }
    let candidates =
      path.split(separator: ":").compactMap { home(of: "\($0)/initdb") } + versions.map { "\(debian)/\($0)/bin" }
    for folder in candidates
    where ["initdb", "postgres", "psql"].allSatisfy({ access("\(folder)/\($0)", X_OK) == 0 }) {
      return ServerBinaries(folder: folder)
    }
    throw LocalClusterError(
      code: .notInstalled, doing: "find PostgreSQL's initdb, postgres and psql", cause: "not in PATH nor in \(debian)",
      remedy: "run scripts/bootstrap, or: apt-get install postgresql")
  }

  /// The folder that a program really lies in, behind symbolic links; nil when there is no such program.
  private static func home(of program: String) -> String? {
    guard let resolved = realpath(program, nil) else { return nil }
    defer { free(resolved) }
    return String(String(cString: resolved).dropLast("/initdb".count))
  }
}
