import Synchronization

/// The last lines that a child printed.
final class LastLines: Sendable {
  private static let kept = 8
  private let box = Mutex<[String]>([])

  var all: [String] { box.withLock { $0 } }

  func append(_ line: String) {
    box.withLock { lines in
      lines.append(line)
      if lines.count > Self.kept { lines.removeFirst() }
    }
  }
}
