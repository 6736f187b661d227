import Foundation
import Scripting

extension Bot {
  /// Reads the `.rive` files of a folder, in the order of their names, and its `fallback.txt`. Not its sub-folders,
  /// and no file whose name begins with a dot. Blocks: for a process that starts.
  package static func load(folder path: String) throws(BotError) -> Bot {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      throw BotError(.noFolder(path))
    }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw BotError(.unreadable(path))
    }
    var sources: [Script.Source] = []
    for name in names.sorted() where !name.hasPrefix(".") && (name.hasSuffix(".rive") || name == fallbackFile) {
      let file = "\(path)/\(name)"
      guard let data = FileManager.default.contents(atPath: file) else { throw BotError(.unreadable(file)) }
      guard data.count <= maximumFileBytes else { throw BotError(.tooLarge(file)) }
      guard let text = String(validating: data, as: UTF8.self) else { throw BotError(.notUTF8(file)) }
      sources.append(Script.Source(text: text, file: name))
    }
    do throws(BotError) {
      return try Bot(sources: sources)
    } catch {
      throw error.code == .noScript ? BotError(.noScriptIn(path)) : error
    }
  }

  private static let maximumFileBytes = 1 << 20
}
