/// How one worker reads its queue.
package struct ConsumerConfiguration: Sendable {
  package var queue: QueueName
  /// How long a lease holds without renewal; it is renewed three times as often.
  package var lease: Duration
  /// How many jobs may run at once.
  package var concurrency: Int
  /// How many jobs may be held in memory, read but not finished.
  package var loadLimit: Int
  /// The most jobs that one transaction takes out.
  package var batch: Int
  /// Whether that transaction waits for the disk. Needed only where the outside world has already acted.
  package var isDurable: Bool
  /// How often the table is looked at without being told; notifications are only hints.
  package var poll: Duration
  /// After how many failures a job goes to the dead letters.
  package var maximumAttempts: Int
  /// The pause after the first failure; it doubles with each further one, up to `longestPause`, with jitter.
  package var firstPause: Duration
  package var longestPause: Duration
  /// How long running jobs may go on after the service was told to stop.
  package var drain: Duration
  /// Told of each step as it is reached: for tests that end the process there.
  package var onStep: (@Sendable (ConsumerStep) -> Void)?

  package init(
    queue: QueueName, lease: Duration = .seconds(10), concurrency: Int = 256, loadLimit: Int = 2048, batch: Int = 100,
    isDurable: Bool = false, poll: Duration = .seconds(1), maximumAttempts: Int = 12,
    firstPause: Duration = .seconds(1), longestPause: Duration = .seconds(600), drain: Duration = .seconds(5)
  ) {
    self.queue = queue
    self.lease = lease
    self.concurrency = concurrency
    self.loadLimit = loadLimit
    self.batch = batch
    self.isDurable = isDurable
    self.poll = poll
    self.maximumAttempts = maximumAttempts
    self.firstPause = firstPause
    self.longestPause = longestPause
    self.drain = drain
  }

  /// The pause after the `attempt`-th failure: half fixed, half random, so that failures do not march in step.
  func pause(afterAttempt attempt: Int) -> Duration {
    let full = min(firstPause * (1 << min(max(attempt - 1, 0), 20)), longestPause)
    return full / 2 + full / 2 * Double.random(in: 0...1)
  }
}
