import ArgumentParser
import JSON
import Postgres

struct ContactCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contact", abstract: "What is known of a person on a page, and whether the bot may speak to them.",
    subcommands: [Show.self, Resume.self])

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Window, thread, pause and opt-ins of a person; no name, no words, no tokens.")

    @OptionGroup var contact: ContactOptions
    @OptionGroup var database: DatabaseOptions

    @Flag(help: "One JSON object.")
    var json = false

    func run() async throws {
      let text = try await database.withConnection(doing: "read a contact") { [contact] connection in
        try await connection.run(
          Statement("contact.report", "SELECT martlet.contact_report($1, $2) AS report", contact.parameters)
        ).first?.optionalString("report")
      }
      guard let text, let report = try? JSON(parsing: text) else { throw contact.unknown("show") }
      print(json ? report.serialized() : ContactText(report).text)
    }
  }

  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let the bot speak again on a thread, at once.",
      discussion: """
        Ends the pause after somebody else answered, and forgets that another app leads the thread. What happened \
        before now will not silence the bot again; a new answer of theirs will.
        """)

    @OptionGroup var contact: ContactOptions
    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      let found = try await database.withConnection(doing: "resume the bot") { [contact] connection in
        try await connection.withTransaction(isDurable: true) { transaction in
          let rows = try await transaction.run(
            Statement(
              "contact.resume", "SELECT * FROM martlet.contact_resume($1, $2, $3)",
              contact.parameters + [.text(DatabaseOptions.user)]))
          return try rows.first.map { (paused: try $0.bool("was_paused"), owner: try $0.optionalString("owner")) }
        }
      }
      guard let found else { throw contact.unknown("resume the bot") }
      switch (found.paused, found.owner) {
      case (_, let owner?): print("the bot speaks again; the thread was led by app \(owner)")
      case (true, nil): print("the bot speaks again")
      case (false, nil): print("the bot was not silent there")
      }
    }
  }
}

/// Who is meant.
struct ContactOptions: ParsableArguments {
  @Argument(help: "The page's id.")
  var page: String

  @Argument(help: "The person's page-scoped id, or ref: and a plugin's reference.")
  var person: String

  var parameters: [Parameter] { [.text(page), .text(person)] }

  func unknown(_ doing: String) -> ToolError {
    ToolError(
      code: .notFound, doing: doing, cause: "page \(page) knows no such person",
      remedy: "ids are page-scoped: the same person has another one on each page")
  }
}
