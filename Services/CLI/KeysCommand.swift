import ArgumentParser
import Cryptography
import JSON

struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Keys that seal page tokens at rest.", subcommands: [New.self])

  struct New: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a value for MARTLET_KEYS with one fresh AES-256 key.",
      discussion: "Keep it secret and keep it: without it, sealed tokens cannot be opened.")

    @Option(help: "The key's id. Give each new key one of its own, so that old ones can stay beside it.")
    var id = "k1"

    func run() async throws {
      let keys: JSON = ["current": .string(id), "keys": ["\(id)": .string(Hex.encode(randomBytes(32)))]]
      print(keys.serialized())
    }
  }
}
