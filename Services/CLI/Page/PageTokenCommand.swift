import ArgumentParser
import Cryptography
import FoundationEssentials
import Glibc
import Pages
import Postgres
import ServiceKit

struct PageTokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "The token under which a page's messages go out.", subcommands: [Set.self])

  struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a page a new token; what waited for it goes out, in order.",
      discussion: """
        Reads the token from standard input, or from a file, so that no list of processes shows it: \
        martlet page token set 1234 < token. It is sealed under MARTLET_KEYS before it leaves this process. A restart \
        keeps it: the token in MARTLET_PAGES takes its place when that one changes, or when this one is found dead.
        """)

    @Argument(help: "The page's id.")
    var page: String

    @Option(help: "The file that holds the token; standard input when left out.")
    var file: String?

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      let token = try self.token()
      let keys = try SealingKeys(json: try Settings(service: .outbound, arguments: ["martlet"]).keysJSON)
      let isKnown = try await database.withConnection(doing: "store the token") { [page] connection in
        try await connection.withTransaction(isDurable: true) { transaction in
          try await PageToken.replace(
            with: token, pageID: page, keys: keys, by: DatabaseOptions.user, in: transaction)
        }
      }
      guard isKnown else {
        throw ToolError(
          code: .notFound, doing: "store the token", cause: "there is no page \(page)",
          remedy: "name it in MARTLET_PAGES and start identity again")
      }
      print("page \(page) has a new token; what waited for it goes out")
    }

    private func token() throws -> String {
      if file == nil, isatty(STDIN_FILENO) == 1 { Surroundings.tell("paste the token, then press return:") }
      let text = try file.map { try String(contentsOf: URL(filePath: $0), encoding: .utf8) } ?? readLine() ?? ""
      let token = text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
      guard !token.isEmpty else {
        throw ToolError(
          code: .files, doing: "read the token", cause: "there is none in \(file ?? "standard input")",
          remedy: "martlet page token set \(page) < file")
      }
      return token
    }
  }
}
