import ChildProcesses
import FoundationEssentials
import Glibc

/// The folder of a cluster: whose it is, and where it can be.
///
/// PostgreSQL refuses to run as root, so root hands the folder to an unprivileged user; where that user cannot reach the
/// wanted place (a clone in a closed home folder), a folder of the same name and a hash of the wanted path under /var/tmp is taken.
struct ClusterFolder: Sendable {
  /// Bytes of sockaddr_un.sun_path less the closing NUL.
  static let longestSocketPath = 107

  let path: String
  /// Set when the folder is not the wanted one.
  let wanted: String?
  /// Set when PostgreSQL runs as someone else than us.
  let user: UnixUser?

  var data: String { path + "/data" }
  var log: String { path + "/server.log" }
  var password: String { path + "/password" }
  var isInitialised: Bool { access(data + "/PG_VERSION", F_OK) == 0 }

  /// The folder of the Unix socket: inside, or under /var/tmp when its path would be too long for a socket.
  var sockets: String {
    let inside = path + "/socket"
    let longest = inside + "/.s.PGSQL.65535"
    return longest.utf8.count <= Self.longestSocketPath ? inside : "/var/tmp/martlet-socket-\(Self.hash(path))"
  }

  static func prepare(_ wanted: String) async throws(LocalClusterError) -> ClusterFolder {
    let wanted = absolute(wanted)
    guard UnixUser.isRoot else {
      let folder = ClusterFolder(path: wanted, wanted: nil, user: nil)
      try folder.create()
      return folder
    }
    guard let user = UnixUser(named: "postgres") ?? UnixUser(named: "nobody") else {
      throw LocalClusterError(
        code: .noUser, doing: "start PostgreSQL as an unprivileged user",
        cause: "this machine has neither a user postgres nor nobody", remedy: "start as an ordinary user")
    }
    let name = wanted.split(separator: "/").last.map(String.init) ?? "cluster"
    let fallback = "/var/tmp/martlet-\(name.filter { $0 != "." })-\(hash(wanted))"
    let reachable = await reaches(user, parent(of: wanted))
    let folder = ClusterFolder(
      path: reachable ? wanted : fallback, wanted: reachable ? nil : wanted, user: user)
    try folder.create()
    return folder
  }

  func remove() {
    for folder in [path, sockets] { try? FileManager.default.removeItem(atPath: folder) }
  }

  private func create() throws(LocalClusterError) {
    do {
      for folder in [path, sockets] {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        guard chmod(folder, 0o700) == 0, user.map({ chown(folder, $0.userID, $0.groupID) }) ?? 0 == 0 else {
          throw LocalClusterError(
            code: .folder, doing: "close \(folder) to others", cause: String(cString: strerror(errno)))
        }
      }
    } catch let error as LocalClusterError {
      throw error
    } catch {
      throw LocalClusterError(code: .folder, doing: "make the folder \(path)", cause: "\(error)")
    }
  }

  /// Whether a user can enter a folder; asked of the kernel, which alone knows modes, groups, ACLs and mounts.
  private static func reaches(_ user: UnixUser, _ folder: String) async -> Bool {
    var existing = folder
    while access(existing, F_OK) != 0 { existing = parent(of: existing) }
    let question = ChildCommand("/usr/bin/test", ["-x", existing], folder: "/", user: user)
    return (try? await ChildProcess.run(question)) != nil
  }

  private static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  private static func parent(of path: String) -> String {
    let parts = path.split(separator: "/").dropLast()
    return "/" + parts.joined(separator: "/")
  }

  /// FNV-1a, 32 bits: short and the same on every start.
  private static func hash(_ text: String) -> String {
    let value = text.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    let hex = String(value, radix: 16)
    return String(repeating: "0", count: 8 - hex.count) + hex
  }
}
