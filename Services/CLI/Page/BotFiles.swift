import FoundationEssentials
import PageProfile
import ServiceKit

/// The files of a bot's folder that say what its pages look like.
struct BotFiles {
  let folder: String

  init(_ options: BotOptions) throws {
    guard let folder = try options.bot ?? Settings(service: .nlu, arguments: ["martlet"]).string(.bot) else {
      throw ToolError(
        code: .files, doing: "find the bot", cause: "no folder is named",
        remedy: "give --bot FOLDER, or set MARTLET_BOT")
    }
    self.folder = folder
  }

  var profilePath: String { "\(folder)/\(PageProfile.fileName)" }

  func profile() throws -> PageProfile {
    let text = try read(profilePath, remedy: "martlet page profile pull writes one")
    do throws(FileErrors) {
      return try PageProfile(yaml: text)
    } catch {
      throw ToolError(code: .files, doing: "read the bot's profile", cause: "it has mistakes:\n\(error)")
    }
  }

  /// Every mistake of every file at once.
  func templates() throws -> [TemplateFile] {
    let path = "\(folder)/\(TemplateFile.folder)"
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw ToolError(
        code: .files, doing: "read the bot's templates", cause: "there is no folder \(path)",
        remedy: "docs/profile.md shows a template")
    }
    var files: [TemplateFile] = []
    var findings: [FileFinding] = []
    for name in names.sorted() where !name.hasPrefix(".") && (name.hasSuffix(".yaml") || name.hasSuffix(".yml")) {
      let text = try read("\(path)/\(name)")
      do throws(FileErrors) {
        files.append(try TemplateFile(yaml: text, file: "\(TemplateFile.folder)/\(name)"))
      } catch {
        findings += error.findings
      }
    }
    guard findings.isEmpty else {
      throw ToolError(
        code: .files, doing: "read the bot's templates", cause: "they have mistakes:\n\(FileErrors(findings: findings))"
      )
    }
    let repeated = Dictionary(grouping: files, by: \.name).filter { $1.count > 1 }.keys.sorted()
    guard repeated.isEmpty else {
      throw ToolError(
        code: .files, doing: "read the bot's templates",
        cause: "more than one file has the name \(repeated.joined(separator: ", "))", remedy: "write them as one")
    }
    return files
  }

  private func read(_ path: String, remedy: String? = nil) throws -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ToolError(code: .files, doing: "read \(path)", cause: "it is not there, or not readable", remedy: remedy)
    }
    guard data.count <= 1 << 20, let text = String(validating: data, as: UTF8.self) else {
      throw ToolError(
        code: .files, doing: "read \(path)", cause: "it is larger than 1 MiB, or not UTF-8", remedy: "save it as UTF-8")
    }
    return text
  }
}
