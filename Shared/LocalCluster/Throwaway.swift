import FoundationEssentials
import Glibc
import Synchronization

extension LocalCluster {
  /// A cluster in a new folder under /var/tmp that is deleted when this process exits. What a process that was killed
  /// left behind is swept by the next one.
  package static func throwaway(
    purpose: ClusterPurpose = .tests, listen: Int? = nil, settings: [String: String] = [:]
  ) async throws(LocalClusterError) -> LocalCluster {
    ThrowawayFolders.sweep()
    let folder = ThrowawayFolders.next()
    return try await LocalCluster(folder: folder, purpose: purpose, listen: listen, settings: settings)
  }

  /// Lends a throwaway cluster and deletes it afterwards.
  package static func withThrowaway<Result: Sendable>(
    purpose: ClusterPurpose = .tests, settings: [String: String] = [:],
    _ body: (LocalCluster) async throws -> Result
  ) async throws -> Result {
    let cluster = try await throwaway(purpose: purpose, settings: settings)
    do {
      let result = try await body(cluster)
      await cluster.remove()
      return result
    } catch {
      await cluster.remove()
      throw error
    }
  }
}

/// The folders of throwaway clusters: named by the process that made them, so that a later one can tell the dead's.
private enum ThrowawayFolders {
  private static let parent = "/var/tmp"
  private static let prefix = "martlet-throwaway-"
  private static let count = Mutex(0)

  static func next() -> String {
    let number = count.withLock {
      if $0 == 0 { atexit { ThrowawayFolders.removeOwn() } }
      $0 += 1
      return $0
    }
    return "\(parent)/\(prefix)\(getpid())-\(number)"
  }

  /// Deletes what belongs to processes that are no more.
  static func sweep() {
    for (name, owner) in found where kill(owner, 0) != 0 && errno == ESRCH { remove(name) }
  }

  private static func removeOwn() {
    for (name, owner) in found where owner == getpid() { remove(name) }
  }

  private static var found: [(name: String, owner: pid_t)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    return names.filter { $0.hasPrefix(prefix) }.compactMap { name in
      let number = name.dropFirst(prefix.count).prefix { $0 != "-" }
      return pid_t(number).map { (name, $0) }
    }
  }

  /// Ends the server that may still run there, then deletes.
  private static func remove(_ name: String) {
    let folder = ClusterFolder(path: "\(parent)/\(name)", wanted: nil, user: nil)
    if let file = PostmasterFile(data: folder.data), file.isHeld(data: folder.data) {
      kill(file.processID, SIGQUIT)
      for _ in 0..<100 where file.isHeld(data: folder.data) { usleep(20_000) }
    }
    folder.remove()
  }
}
