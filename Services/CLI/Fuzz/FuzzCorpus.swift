import FoundationEssentials
import JSON

/// Inputs that once showed something new, kept in a folder of the repository: one file, a JSON object a line. What
/// crashed something is written beside it.
struct FuzzCorpus: Sendable {
  struct Entry: Sendable {
    /// What it was the first to show.
    let shows: String
    let body: [UInt8]
  }

  /// Longer inputs are used, not kept.
  static let keptBytes = 1_200
  static let keptEntries = 250

  let folder: String
  private(set) var entries: [Entry] = []

  /// A folder without a corpus is an empty one.
  init(folder: String) throws {
    self.folder = folder
    guard let text = try? String(contentsOfFile: folder + "/bodies.jsonl", encoding: .utf8) else { return }
    for line in text.split(separator: "\n") {
      let json = try JSON(parsing: String(line))
      guard let shows = json["shows"]?.string else { continue }
      if let body = json["text"]?.string {
        entries.append(Entry(shows: shows, body: Array(body.utf8)))
      } else if let base64 = json["base64"]?.string, let data = Data(base64Encoded: base64) {
        entries.append(Entry(shows: shows, body: Array(data)))
      }
    }
  }

  /// The smaller of two inputs that show the same stays. Returns how many entries are new.
  mutating func add(_ found: [Entry]) -> Int {
    var byFact = Dictionary(entries.map { ($0.shows, $0) }) { $1 }
    let before = Set(byFact.keys)
    for entry in found where entry.body.count <= Self.keptBytes {
      if let known = byFact[entry.shows], known.body.count <= entry.body.count { continue }
      if byFact[entry.shows] == nil, byFact.count >= Self.keptEntries { continue }
      byFact[entry.shows] = entry
    }
    entries = byFact.values.sorted { $0.shows < $1.shows }
    return Set(byFact.keys).subtracting(before).count
  }

  func save() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let lines = entries.map { entry in
      let text = String(validating: entry.body, as: UTF8.self)
      let body: (String, JSON) =
        text.map { ("text", .string($0)) } ?? ("base64", .string(Data(entry.body).base64EncodedString()))
      return JSON.object(JSONObject([("shows", .string(entry.shows)), body])).serialized() + "\n"
    }
    try lines.joined().write(toFile: folder + "/bodies.jsonl", atomically: true, encoding: .utf8)
  }

  /// Returns the file's path.
  func saveCrash(_ input: [UInt8], name: String) throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = "\(folder)/crash-\(name).bin"
    guard FileManager.default.createFile(atPath: path, contents: Data(input)) else {
      throw ToolError(code: .files, doing: "keep the input of a crash", cause: "cannot write \(path)")
    }
    return path
  }
}

/// What mutation starts from: the bodies of the conformance kit and the corpus.
enum FuzzSeeds {
  static func bodies(corpus: FuzzCorpus) throws -> [[UInt8]] {
    var bodies: [[UInt8]] = []
    for (number, vector) in try VectorSet.load().enumerated() {
      let occasion = VectorOccasion(run: 0, vector: number, time: 1_700_000_000_000)
      bodies += vector.requests.compactMap { $0.body?.bytes(occasion) }
    }
    return bodies + corpus.entries.map(\.body)
  }
}
