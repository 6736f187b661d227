import Dispatch
import Glibc

/// Files below one folder, written beside their place and renamed into it, readable by this user alone.
struct FolderStore: MediaStore {
  let folder: String
  /// Files block; the pool of threads that runs everything else must not.
  private let disk = DispatchQueue(label: "martlet.media")

  init(folder: String) {
    self.folder = folder
  }

  func put(_ bytes: [UInt8], at place: String, type: String) async throws {
    let path = "\(folder)/\(place)"
    try await onDisk { try Self.write(bytes, to: path) }
  }

  func remove(_ place: String) async throws {
    let path = "\(folder)/\(place)"
    try await onDisk { if unlink(path) != 0, errno != ENOENT { throw Self.failure() } }
  }

  private func onDisk(_ work: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      disk.async { continuation.resume(with: Result { try work() }) }
    }
  }

  private static func write(_ bytes: [UInt8], to path: String) throws {
    try makeFolder(of: path)
    let draft = "\(path).part"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure() }
    do {
      try write(bytes, to: descriptor)
      guard fsync(descriptor) == 0 else { throw failure() }
    } catch {
      close(descriptor)
      unlink(draft)
      throw error
    }
    close(descriptor)
    guard rename(draft, path) == 0 else { throw failure() }
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure() }
      written += count
    }
  }

  /// The store's own folder must be there already, or its parent: a mount that is missing is not silently replaced.
  private static func makeFolder(of path: String) throws {
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    let store = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
    for folder in [store, folder] where mkdir(folder, 0o700) != 0 && errno != EEXIST { throw failure() }
  }

  private static func failure() -> MediaStoreError {
    MediaStoreError(code: .folder, cause: String(cString: strerror(errno)))
  }
}
