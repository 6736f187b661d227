import JobQueue

extension StatusReport {
  /// For a person: the queues, then only what there is to tell.
  var text: String {
    var parts = [queueTable.text]
    if !waitTable.rows.isEmpty { parts.append(waitTable.text) }
    if !ownerTable.rows.isEmpty { parts.append(ownerTable.text) }
    if !outboxTable.rows.isEmpty { parts.append(outboxTable.text) }
    parts.append(remarks.joined(separator: "\n"))
    return parts.joined(separator: "\n\n")
  }

  var queueTable: TextTable {
    var table = TextTable(
      head: ["queue", "jobs", "parked jobs", "oldest in line", "dead", "in/s", "out/s", "lanes held", "workers"])
    for figures in queues {
      let rate = rates[figures.queue]
      let held = figures.owners.filter { $0.worker != nil && !$0.isGone }
      table.rows.append([
        figures.queue.rawValue, figures.depth.text, figures.aside.text, figures.oldest.map(Age.text) ?? "–",
        figures.dead.text, rate.map { fixed($0.into, 1) } ?? "–", rate.map { fixed($0.out, 1) } ?? "–",
        "\(held.reduce(0) { $0 + $1.lanes }) of 64", "\(held.count)",
      ])
    }
    return table
  }

  var waitTable: TextTable {
    var table = TextTable(head: ["parked in", "reason", "conversations", "next look"])
    for figures in queues {
      for wait in figures.waits {
        table.rows.append([
          figures.queue.rawValue, wait.reason, wait.conversations.text,
          wait.nextLook > .zero ? "in \(Age.text(wait.nextLook))" : "due",
        ])
      }
    }
    return table
  }

  var ownerTable: TextTable {
    var table = TextTable(head: ["lanes of", "worker", "lanes", "last renewal", "state"])
    for figures in queues {
      for owner in figures.owners {
        let state =
          owner.worker == nil ? "free" : owner.isGone ? "gone" : owner.isSleeping ? "idle" : "working"
        table.rows.append([
          figures.queue.rawValue, owner.worker.map { String($0.prefix(8)) } ?? "–", "\(owner.lanes)",
          owner.silence.map { "\(Age.text($0)) ago" } ?? "–", state,
        ])
      }
    }
    return table
  }

  var outboxTable: TextTable {
    var table = TextTable(head: ["outbox", "messages", "due"])
    for part in database.outbox where part.messages.value > 0 {
      let overdue = part.overdue ?? .zero
      table.rows.append([
        part.kind, part.messages.text, overdue < .zero ? "in \(Age.text(.zero - overdue))" : "for \(Age.text(overdue))",
      ])
    }
    return table
  }

  /// Sentences, the worst first.
  var remarks: [String] {
    var remarks: [String] = []
    for figures in queues where !figures.stuckLanes.isEmpty {
      let lanes = figures.stuckLanes.prefix(8).map(String.init).joined(separator: ", ")
      let more = figures.stuckLanes.count > 8 ? " and \(figures.stuckLanes.count - 8) more" : ""
      remarks.append(
        "starved: \(figures.queue.rawValue) has jobs in lanes that nobody works on (\(lanes)\(more)); "
          + "is \(figures.queue.reader) running?")
    }
    for figures in queues {
      guard let pause = figures.pause else { continue }
      let why = pause.why.map { ": \(Printable.line($0))" } ?? ""
      remarks.append(
        "paused: \(figures.queue.rawValue), for \(Age.text(pause.length)), by \(Printable.line(pause.who))\(why)")
    }
    let holder = database.snapshotHolder.map { " (\(Printable.line($0)))" } ?? ""
    remarks.append(
      "oldest snapshot: \(Age.text(database.oldestSnapshot)), "
        + "\(database.oldestSnapshotTransactions) transactions\(holder)")
    remarks.append("notification queue: \(fixed(database.notificationUsage * 100, 1)) % full")
    return remarks
  }
}

extension QueueFigures.Count {
  var text: String {
    switch kind {
    case .exact: "\(value)"
    case .least: "\(value)+"
    case .estimate: "~\(value)"
    }
  }
}

extension QueueName {
  /// The service that reads it.
  var reader: String {
    switch self {
    case .understand: "nlu"
    case .identify: "identity"
    case .receipt, .send: "outbound"
    }
  }
}

/// Text from a database as a terminal may see it.
enum Printable {
  /// One line without control characters, cut at `limit` characters.
  static func line(_ text: String, limit: Int = 200) -> String {
    let clean = String(
      text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
    return clean.count > limit ? clean.prefix(limit - 1) + "…" : clean
  }
}
