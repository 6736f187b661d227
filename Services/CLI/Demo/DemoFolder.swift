import FoundationEssentials
import Glibc
import JSON
import LocalFleet

/// What the demo keeps from one start to the next: the database, the credentials that open it, a bot to edit.
struct DemoFolder {
  let path: String

  var cluster: String { path + "/postgres" }
  private var credentialsFile: String { path + "/credentials.json" }

  init(_ path: String) throws {
    self.path = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
  }

  /// Those of the last start; fresh ones when there was none.
  func credentials() throws -> FleetCredentials {
    if let text = try? String(contentsOfFile: credentialsFile, encoding: .utf8) {
      guard let json = try? JSON(parsing: text), let kept = FleetCredentials(json: json) else {
        throw ToolError(
          code: .files, doing: "read \(credentialsFile)", cause: "it is not what the demo wrote",
          remedy: "delete \(path) to begin anew")
      }
      return kept
    }
    let fresh = FleetCredentials.random()
    guard
      FileManager.default.createFile(
        atPath: credentialsFile, contents: Data(fresh.json.serialized().utf8), attributes: [.posixPermissions: 0o600])
    else {
      throw ToolError(code: .files, doing: "write \(credentialsFile)", cause: String(cString: strerror(errno)))
    }
    return fresh
  }
}
