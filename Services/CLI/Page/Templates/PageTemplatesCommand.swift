import ArgumentParser
import Postgres

struct PageTemplatesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "templates", abstract: "Utility templates, from the bot's folder templates: the way to speak first.",
    discussion: """
      A template says one thing with gaps, is reviewed by Meta once, and may then be sent at any time; docs/profile.md. \
      What Meta's reviewers said comes by webhook (the page's field message_template_status_update) or is asked for by \
      plan, apply and list --refresh.
      """,
    subcommands: [Plan.self, Apply.self, List.self])

  struct Plan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what differs between the files and Meta. Changes nothing.")

    @OptionGroup var pages: PagesOptions
    @OptionGroup var bot: BotOptions

    @Flag(help: "End 1 where a page differs: for CI.")
    var check = false

    func run() async throws {
      let files = try BotFiles(bot).templates()
      let tally = try await PageDesk.with(pages.database, doing: "compare the templates") { [pages] desk in
        let run = TemplatesRun(desk: desk, files: files)
        return try await desk.each(try await desk.pages(pages)) { try await run.plan($0) }
      }
      print(tally.line)
      if tally[.failed] > 0 { throw ExitCode(2) }
      if check, tally[.differs] > 0 { throw ExitCode.failure }
    }
  }

  struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Hand what is missing to Meta's review. Takes nothing away without --replace.",
      discussion: """
        Safe to run again after anything: what Meta has is not made twice. A template whose words were changed is left \
        as it is, and the end is 1: give it another name, so that the old one goes on until the new one is approved.
        """)

    @OptionGroup var pages: PagesOptions
    @OptionGroup var bot: BotOptions

    @Flag(help: "Take templates with other words away, in all languages, and make them anew: not to be sent meanwhile.")
    var replace = false

    func run() async throws {
      let files = try BotFiles(bot).templates()
      let tally = try await PageDesk.with(pages.database, doing: "make the templates") { [pages, replace] desk in
        let run = TemplatesRun(desk: desk, files: files, replaces: replace)
        return try await desk.each(try await desk.pages(pages)) { try await run.apply($0) }
      }
      print(tally.line)
      if tally[.failed] > 0 { throw ExitCode(2) }
      if tally[.differs] > 0 { throw ExitCode.failure }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "What Meta said last of each template.", discussion: "From the database; with --refresh Meta is asked.")

    @OptionGroup var pages: PagesOptions

    @Flag(help: "Ask Meta first.")
    var refresh = false

    func run() async throws {
      let failed = refresh ? try await ask() : 0
      let rows = try await pages.database.withConnection(doing: "list the templates") { [pages] connection in
        try await connection.run(
          Statement(
            "template.report",
            """
            SELECT page_id, name, language, status, reason,
              to_char(status_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS since
            FROM martlet.template_report(NULL) WHERE $1::text[] IS NULL OR page_id = ANY ($1::text[])
            """, [pages.all ? .null : .texts(pages.page)])
        ).map { row in
          [
            try row.string("page_id"), try row.string("name"), try row.string("language"),
            TemplatesText.status(try row.string("status"), try row.optionalString("reason")), try row.string("since"),
          ]
        }
      }
      if rows.isEmpty {
        print("no templates are known; martlet page templates list --refresh asks Meta")
      } else {
        print(TextTable(head: ["page", "name", "language", "status", "since (UTC)"], rows: rows).text)
      }
      if failed > 0 { throw ExitCode(2) }
    }

    /// Returns how many pages could not be asked.
    private func ask() async throws -> Int {
      let tally = try await PageDesk.with(pages.database, doing: "ask Meta for the templates") { [pages] desk in
        let run = TemplatesRun(desk: desk, files: [])
        return try await desk.each(try await desk.pages(pages)) { page in
          _ = try await run.listed(page, try await desk.access(to: page))
          return PageReport(lines: [], outcome: .same)
        }
      }
      return tally[.failed]
    }
  }
}
