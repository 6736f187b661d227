import Glibc
import Synchronization

/// The place where a child's output goes, seen from both ends.
struct OutputSink {
  /// Becomes the child's standard output and standard error.
  let childEnd: Int32
  private let reading: (descriptor: Int32, handler: @Sendable (String) -> Void)?

  init(_ output: ChildOutput) throws(ChildProcessError) {
    switch output {
    case .discard:
      childEnd = try Self.open("/dev/null", O_WRONLY)
      reading = nil
    case .file(let path):
      childEnd = try Self.open(path, O_WRONLY | O_CREAT | O_APPEND)
      reading = nil
    case .lines(let handler):
      let ends = SpawnCall.descriptors.withLock { _ -> [Int32] in
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return [] }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return ends
      }
      guard ends.count == 2 else { throw .system(errno, doing: "make a pipe for a child") }
      childEnd = ends[1]
      reading = (ends[0], handler)
    }
  }

  func closeChildEnd() {
    close(childEnd)
  }

  /// Reads until the child, and whoever inherited its output, has closed it.
  func drain() {
    guard let (descriptor, handler) = reading else { return }
    defer { close(descriptor) }
    var lines = LineSplitter()
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      for line in lines.append(buffer[..<count]) { handler(line) }
    }
    if let last = lines.finish() { handler(last) }
  }

  private static func open(_ path: String, _ flags: Int32) throws(ChildProcessError) -> Int32 {
    let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system(errno, doing: "open \(path)") }
    return descriptor
  }
}
