import JSON
import JobQueue

extension StatusReport {
  /// For a script. Times are seconds; what nobody knows is null.
  var json: JSON {
    [
      "queues": .array(queues.map(json)),
      "outbox": .array(
        database.outbox.map { part in
          [
            "class": .string(part.kind), "messages": .number("\(part.messages.value)"),
            "messages_is": .string(part.messages.kind.rawValue), "overdue_seconds": part.overdue?.json ?? .null,
          ]
        }),
      "oldest_snapshot": [
        "seconds": database.oldestSnapshot.json, "transactions": .number("\(database.oldestSnapshotTransactions)"),
        "holder": database.snapshotHolder.map(JSON.string) ?? .null,
      ],
      "notification_queue_usage": JSON(database.notificationUsage),
    ]
  }

  private func json(_ figures: QueueFigures) -> JSON {
    [
      "queue": .string(figures.queue.rawValue),
      "depth": .number("\(figures.depth.value)"), "depth_is": .string(figures.depth.kind.rawValue),
      "aside": .number("\(figures.aside.value)"), "aside_is": .string(figures.aside.kind.rawValue),
      "oldest_seconds": figures.oldest?.json ?? .null,
      "dead": .number("\(figures.dead.value)"), "dead_is": .string(figures.dead.kind.rawValue),
      "parked": .array(
        figures.waits.map { wait in
          [
            "reason": .string(wait.reason), "conversations": .number("\(wait.conversations.value)"),
            "conversations_is": .string(wait.conversations.kind.rawValue), "next_look_seconds": wait.nextLook.json,
          ]
        }),
      "lanes": .array(
        figures.owners.map { owner in
          [
            "worker": owner.worker.map(JSON.string) ?? .null, "lanes": .number("\(owner.lanes)"),
            "silent_seconds": owner.silence?.json ?? .null, "lease_seconds": owner.lease?.json ?? .null,
            "sleeping": .bool(owner.isSleeping), "gone": .bool(owner.isGone),
          ]
        }),
      "lanes_starved": .array(figures.stuckLanes.map { .number("\($0)") }),
      "paused": figures.pause.map { pause in
        [
          "seconds": pause.length.json, "who": .string(pause.who), "why": pause.why.map(JSON.string) ?? .null,
        ]
      } ?? .null,
      "per_second": rates[figures.queue].map { ["in": JSON($0.into), "out": JSON($0.out)] } ?? .null,
    ]
  }
}

extension Duration {
  fileprivate var json: JSON { .number(fixed(self / .seconds(1), 3)) }
}
