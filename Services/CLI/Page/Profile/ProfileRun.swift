import GraphAPI
import JSON
import PageProfile

/// Compares pages with the bot's file, and makes them the same.
struct ProfileRun: Sendable {
  let desk: PageDesk
  let calls: ProfileCalls
  let wanted: PageProfile

  func plan(_ page: String) async throws -> PageReport {
    let access = try await desk.access(to: page)
    let diff = try await difference(page, access)
    return PageReport(
      lines: ProfileText.lines(page, diff), outcome: diff.isEmpty ? .same : .differs)
  }

  /// Sends what differs, and nothing where nothing does: after a crash the rest. What is taken away goes first.
  func apply(_ page: String) async throws -> PageReport {
    let access = try await desk.access(to: page)
    let diff = try await difference(page, access)
    guard !diff.isEmpty else { return PageReport(lines: ProfileText.lines(page, diff), outcome: .same) }
    if let obstacle = diff.obstacle { throw PageTrouble(what: obstacle) }
    if !diff.removed.isEmpty {
      try await calls.make(page) { () throws(GraphError) in
        try await desk.graph.removeMessengerProfile(access, fields: diff.removed.map(\.rawValue))
      }
    }
    if let body = diff.body {
      try await calls.make(page) { () throws(GraphError) in
        try await desk.graph.setMessengerProfile(access, properties: body)
      }
    }
    return PageReport(lines: ProfileText.lines(page, diff, isDone: true), outcome: .changed)
  }

  private func difference(_ page: String, _ access: PageAccess) async throws -> ProfileDiff {
    ProfileDiff(wanted, against: try await Self.found(page, access, desk, calls))
  }

  /// All properties of a page as Meta has them.
  static func found(
    _ page: String, _ access: PageAccess, _ desk: PageDesk, _ calls: ProfileCalls
  ) async throws -> JSON {
    try await calls.make(page) { () throws(GraphError) in
      try await desk.graph.messengerProfile(access, fields: ProfileProperty.allCases.map(\.rawValue))
    }
  }
}

/// What differs, for a person.
enum ProfileText {
  static func lines(_ page: String, _ diff: ProfileDiff, isDone: Bool = false) -> [String] {
    var lines: [String] = []
    if diff.isEmpty {
      lines.append("page \(page): as in the file")
    } else {
      let names = diff.changes.map(\.property.rawValue).joined(separator: ", ")
      lines.append("page \(page): \(names) \(isDone ? "changed" : diff.changes.count == 1 ? "differs" : "differ")")
    }
    for change in diff.changes {
      lines.append("  \(mark(change)) \(change.property.rawValue)")
      let before = change.before.map { ProfileWriter.lines(of: change.property, $0, isForeign: change.isForeign) } ?? []
      let after = change.after.map { ProfileWriter.lines(of: change.property, $0, isForeign: false) } ?? []
      lines += LineDiff.lines(from: before, to: after).map { "      \($0)" }
    }
    if !diff.unmanaged.isEmpty {
      let names = diff.unmanaged.map(\.rawValue).joined(separator: ", ")
      lines.append("  = \(names): at Meta and not in the file; left alone (write none there to take it away)")
    }
    if let obstacle = diff.obstacle, !isDone { lines.append("  ! \(obstacle)") }
    return lines
  }

  private static func mark(_ change: ProfileDiff.Change) -> String {
    switch (change.before, change.after) {
    case (nil, _): "+"
    case (_, nil): "-"
    default: "~"
    }
  }
}
