import GraphAPI
import PageProfile
import Postgres

/// Compares a page's utility templates with the bot's files, makes what is missing, and keeps what Meta says of them.
struct TemplatesRun: Sendable {
  let desk: PageDesk
  let files: [TemplateFile]
  /// Whether a template with other words is taken away and made anew.
  var replaces = false

  func plan(_ page: String) async throws -> PageReport {
    let diff = TemplateDiff(files, against: try await listed(page, try await desk.access(to: page)))
    return PageReport(lines: TemplatesText.lines(page, diff), outcome: diff.isEmpty ? .same : .differs)
  }

  /// After a crash the rest: what Meta lists is there.
  func apply(_ page: String) async throws -> PageReport {
    let access = try await desk.access(to: page)
    let diff = TemplateDiff(files, against: try await listed(page, access))
    var due = diff.missing
    if replaces {
      // Meta takes a name away in all its languages.
      let names = Set(diff.changed.map(\.file.name))
      for name in names.sorted() { try await desk.graph.removeMessageTemplate(access, name: name) }
      due = diff.rows.filter { names.contains($0.file.name) || $0.state == .missing }
    }
    for row in due { _ = try await desk.graph.makeMessageTemplate(access, body: row.file.body(row.text)) }
    if !due.isEmpty { _ = try await listed(page, access) }
    let isLeft = !replaces && !diff.changed.isEmpty
    return PageReport(
      lines: TemplatesText.lines(page, diff, made: due),
      outcome: isLeft ? .differs : due.isEmpty ? .same : .changed)
  }

  /// What Meta has, and the database knows from now on.
  func listed(_ page: String, _ access: PageAccess) async throws -> [ListedTemplate] {
    let asked = try await desk.connection.run(Statement("template.time", "SELECT clock_timestamp()::text AS at"))[0]
    let listed = try await desk.graph.messageTemplates(access).compactMap(ListedTemplate.init)
    try await desk.connection.run(
      Statement(
        "template.listed",
        """
        SELECT martlet.templates_listed($1, $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
          $8::timestamptz)
        """,
        [
          .text(page), .texts(listed.map(\.name)), .texts(listed.map(\.language)), .texts(listed.map(\.id)),
          .texts(listed.map(\.status)), .texts(listed.map(\.category)), .texts(listed.map(\.reason)),
          .text(try asked.string("at")),
        ]))
    return listed
  }
}

/// What differs, for a person.
enum TemplatesText {
  static func lines(_ page: String, _ diff: TemplateDiff, made: [TemplateDiff.Row]? = nil) -> [String] {
    let isMade = Set((made ?? []).map { "\($0.file.name) \($0.text.language)" })
    var lines = ["page \(page): \(head(diff, made))"]
    for row in diff.rows {
      let name = "\(row.file.name) \(row.text.language)"
      switch row.state {
      case .same(let found) where !isMade.contains(name):
        lines.append("  = \(name)  \(status(found.status, found.reason))")
      case _ where isMade.contains(name): lines.append("  + \(name)  in review")
      case .missing, .same: lines += ["  + \(name)"] + row.text.lines.map { "      + \($0)" }
      case .changed(let found):
        lines.append("  ~ \(name)  \(status(found.status, found.reason))")
        lines += LineDiff.lines(from: found.lines, to: row.text.lines).map { "      \($0)" }
        lines.append(
          "      ! Meta reviews a text once: give it another name, or --replace, which takes it away and lets it be "
            + "reviewed anew")
      }
    }
    for found in diff.unmanaged {
      lines.append("  · \(found.name) \(found.language)  \(status(found.status, found.reason)); in no file, left alone")
    }
    return lines
  }

  static func status(_ status: String, _ reason: String?) -> String {
    let words = status.lowercased().map { $0 == "_" ? " " : String($0) }.joined()
    return words + (reason.map { ": \($0)" } ?? "")
  }

  private static func head(_ diff: TemplateDiff, _ made: [TemplateDiff.Row]?) -> String {
    if let made, !made.isEmpty { return "\(made.count) handed to Meta's review" }
    if diff.isEmpty { return "as in the files" }
    let parts = [(diff.missing.count, "missing"), (diff.changed.count, "with other words")]
    return parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }
}
