package import Scripting

/// Why a bot cannot talk: its folder, or a line of its script.
package struct BotError: Error, Hashable, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    case noFolder(String), unreadable(String), tooLarge(String), notUTF8(String)
    case noScript, noScriptIn(String), noRule
    case script(ScriptError)
  }

  package let code: Code

  init(_ code: Code) {
    self.code = code
  }

  package var description: String { "Loading the bot failed: \(what). \(remedy)" }

  private var what: String {
    switch code {
    case .noFolder(let path): "there is no folder at \(path)"
    case .unreadable(let path): "\(path) cannot be read"
    case .tooLarge(let path): "\(path) is larger than 1 MiB"
    case .notUTF8(let path): "\(path) is not UTF-8 text"
    case .noScript: "it has no .rive file"
    case .noScriptIn(let path): "\(path) has no .rive file"
    case .noRule: "its .rive files hold no rule"
    case .script(let error): "\(error.file):\(error.line): \(error.what)"
    }
  }

  package var remedy: String {
    switch code {
    case .noFolder: "Name the folder that holds the bot's .rive files."
    case .unreadable: "Let the service's user read it."
    case .tooLarge: "Split it over several files."
    case .notUTF8: "Save it as UTF-8."
    case .noScript, .noScriptIn, .noRule: "Write a file such as hello.rive with a + line and a - line under it."
    case .script(let error): error.remedy
    }
  }
}
