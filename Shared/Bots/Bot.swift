import Cryptography
package import Scripting

/// A bot ready to talk: its script, checked, and what it says when the script says nothing.
package struct Bot: Sendable {
  package static let defaultFallback = "Sorry, I did not understand that. Could you say it in other words?"

  package let script: Script
  /// Said when no trigger matches: the bot's `fallback.txt`, else `defaultFallback`.
  package let fallback: String
  /// 64 hexadecimal digits over the names and the contents of the bot's files: equal for equal bots.
  package let digest: String

  /// `fallback.txt` is whatever file has that name, the rest are scripts.
  package init(sources: [Script.Source]) throws(BotError) {
    let scripts = sources.filter { $0.file != Self.fallbackFile }
    guard !scripts.isEmpty else { throw BotError(.noScript) }
    do throws(ScriptError) {
      script = try Script(parsing: scripts)
    } catch {
      throw BotError(.script(error))
    }
    guard !script.isEmpty else { throw BotError(.noRule) }
    let said = sources.first { $0.file == Self.fallbackFile }?.text
    fallback = said.flatMap(Self.sentence) ?? Self.defaultFallback
    digest = Self.digest(of: sources)
  }

  /// Always something to say.
  package func reply(to text: String, variables: [String: String], seed: UInt64) -> Reply {
    script.reply(to: text, variables: variables, seed: seed) ?? Reply(text: fallback, rule: "fallback")
  }

  static let fallbackFile = "fallback.txt"

  private static func sentence(_ text: String) -> String? {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let kept = lines.drop { $0.allSatisfy(\.isWhitespace) }.reversed().drop { $0.allSatisfy(\.isWhitespace) }.reversed()
    return kept.isEmpty ? nil : kept.joined(separator: "\n")
  }

  /// Lengths stand before names and texts, so that no two bots are written the same.
  private static func digest(of sources: [Script.Source]) -> String {
    var bytes: [UInt8] = []
    for source in sources.sorted(by: { $0.file < $1.file }) {
      bytes += Array("\(source.file.utf8.count):\(source.file)\(source.text.utf8.count):\(source.text)".utf8)
    }
    return Hex.encode(SHA256.hash(bytes))
  }
}
