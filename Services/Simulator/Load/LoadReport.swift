import JSON

/// What a load showed. Latency is from the webhook's first POST to the reply's arrival at the Graph side.
struct LoadReport: Sendable {
  var plan: LoadPlan
  var acknowledged: Int
  var answered: Int
  var lost: Int
  /// Answers beyond the first to the same message.
  var duplicated: Int
  /// First answers that came after the answer to a later message of the conversation.
  var reordered: Int
  var webhookRetries: Int
  /// From the start to the last acknowledgement or first answer.
  var time: Duration
  /// Exact samples, ascending.
  var latencies: [Duration]

  init(plan: LoadPlan, tally: LoadTally, webhookRetries: Int, started: ContinuousClock.Instant) {
    self.plan = plan
    acknowledged = tally.acknowledged
    answered = tally.answered
    lost = tally.lost
    duplicated = tally.duplicated
    reordered = tally.reordered
    self.webhookRetries = webhookRetries
    time = tally.lastProgress.map { started.duration(to: $0) } ?? .zero
    latencies = tally.latencies.sorted()
  }

  /// Answered messages a second.
  var perSecond: Double { time > .zero ? Double(answered) / (time / .seconds(1)) : 0 }

  /// The sample that a share `fraction` of all does not exceed (nearest rank); nil without samples.
  func latency(_ fraction: Double) -> Duration? {
    guard !latencies.isEmpty else { return nil }
    let rank = Int((fraction * Double(latencies.count)).rounded(.up))
    return latencies[min(max(rank, 1), latencies.count) - 1]
  }

  var json: JSON {
    func milliseconds(_ duration: Duration?) -> JSON {
      duration.map { JSON(rounded($0 / .milliseconds(1))) } ?? .null
    }
    return [
      "mode": .string(plan.mode.name), "conversations": JSON(plan.conversations), "messages": JSON(plan.messages),
      "acknowledged": JSON(acknowledged), "answered": JSON(answered), "lost": JSON(lost),
      "duplicated": JSON(duplicated), "reordered": JSON(reordered), "webhook_retries": JSON(webhookRetries),
      "seconds": JSON(rounded(time / .seconds(1))), "per_second": JSON(rounded(perSecond)),
      "latency_ms": [
        "p50": milliseconds(latency(0.5)), "p90": milliseconds(latency(0.9)), "p99": milliseconds(latency(0.99)),
        "max": milliseconds(latency(1)),
      ],
    ]
  }

  private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
