extension QueueBench {
  /// Replies beside 100,000 jobs of the class `bulk` on the same pages.
  func bulk() async throws -> QueueRun {
    QueueRun("bulk", note: "not measured yet: bulk jobs need the outbox")
  }
}
