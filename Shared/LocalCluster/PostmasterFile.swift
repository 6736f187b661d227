import FoundationEssentials
import Glibc

/// `postmaster.pid`, PostgreSQL's own note of who runs on a data folder (miscadmin.h, LOCK_FILE_LINE_*).
struct PostmasterFile: Sendable {
  let path: String
  let processID: Int32
  let isReady: Bool

  /// Nil when there is none, or when it is not complete yet.
  init?(data: String) {
    path = data + "/postmaster.pid"
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first, let number = Int32(first) else { return nil }
    processID = number
    isReady = lines.count > 7 && lines[7].hasPrefix("ready")
  }

  /// Whether a PostgreSQL really runs on the folder. A number that now belongs to someone else does not count.
  func isHeld(data: String) -> Bool {
    guard let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(processID)/cwd") else {
      return false
    }
    guard let resolved = realpath(data, nil) else { return false }
    defer { free(resolved) }
    return link == String(cString: resolved)
  }

  func remove() {
    unlink(path)
  }
}
