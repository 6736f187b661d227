import Synchronization

/// What was said between a page and each person, both ways, for the Conversations API: the newest lines of each.
final class Transcripts: Sendable {
  struct Line: Sendable, Hashable {
    let mid: String
    let page: String
    let psid: String
    let isFromPage: Bool
    let text: String
    /// Milliseconds since 1970.
    let at: Int64
  }

  /// More than Meta shows in detail, so that the difference shows.
  private static let kept = 24

  private struct State {
    var lines: [String: [Line]] = [:]
  }

  private let state = Mutex(State())

  func add(_ line: Line) {
    state.withLock { state in
      var lines = state.lines.removeValue(forKey: line.psid) ?? []
      if lines.count == Self.kept { lines.removeFirst() }
      lines.append(line)
      state.lines[line.psid] = lines
    }
  }

  /// Oldest first.
  func lines(_ psid: String, page: String) -> [Line] {
    state.withLock { $0.lines[psid] ?? [] }.filter { $0.page == page }
  }

  /// Looks through everything: for a call now and then.
  func line(mid: String, page: String) -> (line: Line, age: Int)? {
    for lines in state.withLock({ Array($0.lines.values) }) {
      if let index = lines.lastIndex(where: { $0.mid == mid && $0.page == page }) {
        return (lines[index], lines.count - index)
      }
    }
    return nil
  }
}
