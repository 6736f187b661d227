import JSON
import JobQueue

/// Dead letters as a terminal or a script reads them.
enum DeadLetterPrint {
  static func show(_ letters: [DeadLetter], json: Bool) {
    if json {
      for letter in letters { Surroundings.show(letter.json(payload: nil).serialized()) }
    } else {
      Surroundings.show(letters.isEmpty ? "none" : table(letters).text)
    }
  }

  static func table(_ letters: [DeadLetter]) -> TextTable {
    var table = TextTable(head: ["queue", "id", "page", "person", "kind", "attempts", "died", "error"])
    table.rows = letters.map { letter in
      [
        letter.queue.rawValue, "\(letter.id)", Printable.line(letter.pageID), Printable.line(letter.person),
        Printable.line(letter.kind), "\(letter.attempts)", "\(Age.text(letter.age)) ago",
        Printable.line(letter.error ?? "–", limit: 60),
      ]
    }
    return table
  }

  static func summary(_ done: String, _ counts: [QueueName: Int], json: Bool) -> String {
    let total = counts.values.reduce(0, +)
    let parts = QueueName.allCases.compactMap { queue in counts[queue].map { (queue.rawValue, $0) } }
    guard json else {
      let list = parts.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
      return "\(total) \(done)" + (parts.isEmpty ? "" : ": \(list)")
    }
    let queues = JSONObject(parts.map { ($0.0, JSON.number("\($0.1)")) })
    return JSON.object(["count": .number("\(total)"), "queues": .object(queues)]).serialized()
  }
}

extension DeadLetter {
  /// One line a field.
  func text(payload: String?) -> String {
    var fields: [(String, String)] = [
      ("queue", queue.rawValue), ("id", "\(id)"), ("page", pageID), ("person", person),
      ("kind", "\(kind), version \(version)"),
      ("attempts", "\(attempts)"), ("enqueued", enqueuedAt), ("died", "\(diedAt), \(Age.text(age)) ago"),
      ("trace", trace ?? "–"), ("error", error ?? "–"),
    ]
    if let payload { fields.append(("payload", payload)) }
    return fields.map { name, value in
      let space = String(repeating: " ", count: 10 - name.count)
      return name + space + Printable.line(value, limit: name == "payload" ? .max : 2000)
    }.joined(separator: "\n")
  }

  func json(payload: String?) -> JSON {
    var object: JSONObject = [
      "queue": .string(queue.rawValue), "id": .number("\(id)"), "page": .string(pageID), "person": .string(person),
      "kind": .string(kind), "version": .number("\(version)"), "attempts": .number("\(attempts)"),
      "enqueued_at": .string(enqueuedAt), "died_at": .string(diedAt), "trace": trace.map(JSON.string) ?? .null,
      "error": error.map(JSON.string) ?? .null,
    ]
    if let payload { object["payload"] = (try? JSON(parsing: payload)) ?? .string(payload) }
    return .object(object)
  }
}
