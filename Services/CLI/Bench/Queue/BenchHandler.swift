import JobQueue
import Postgres
import Synchronization

/// The consumer's side of the bench: a job is read, checked against the order, timed, and is done.
final class BenchHandler: JobHandler {
  /// Jobs of this kind fail, always.
  static let failing = "bench.failing"
  /// Jobs of this kind are done and counted, and belong to no order.
  static let bulk = "bench.bulk"

  let runsAhead: Bool
  var isInstant: Bool { call == nil }
  let clock: BenchClock
  private let finished = Atomic(0)
  private let tally: Mutex<Tally>

  private struct Tally {
    var oracle: OrderOracle
    /// Microseconds from the enqueue call to the job's start, by lane.
    var delays: [[Int32]] = Array(repeating: [], count: 64)
    var failingLane: Int?
    var failures = 0
    var bulk = 0
  }

  /// How long each job takes, as a call to the outside would.
  private let call: Duration?

  init(_ setup: QueueBenchSetup, clock: BenchClock, call: Duration? = nil) {
    runsAhead = setup.runsAhead
    self.call = call
    self.clock = clock
    tally = Mutex(Tally(oracle: OrderOracle(keys: setup.keys)))
  }

  /// Jobs that were taken out of the queue so far.
  var done: Int { finished.load(ordering: .relaxed) }

  var oracle: OrderOracle { tally.withLock { $0.oracle } }
  var bulkDone: Int { tally.withLock { $0.bulk } }
  var failures: Int { tally.withLock { $0.failures } }

  func run(_ job: Job) async -> Verdict<Void> {
    guard job.kind != Self.failing else {
      tally.withLock {
        $0.failingLane = job.lane
        $0.failures += 1
      }
      return .failed(error: "the bench's failing conversation")
    }
    guard job.kind != Self.bulk else {
      tally.withLock { $0.bulk += 1 }
      // Stands for the call; see `call`.
      if let call { try? await Task.sleep(for: call) }
      return .done(())
    }
    var numbers = NumberReader(job.payload)
    let (key, number, time) = (numbers.next(), numbers.next(), numbers.next())
    let delay = Int32(clamping: clock.now - Int64(time))
    tally.withLock {
      $0.oracle.did(number, of: key)
      $0.delays[job.lane].append(delay)
    }
    if let call { try? await Task.sleep(for: call) }
    return .done(())
  }

  func targets(of effect: Void, for job: Job) -> [QueueTarget] { [] }

  func statements(applying done: [(job: Job, effect: Void)]) -> [Statement] {
    finished.add(done.count { $0.job.kind != Self.bulk }, ordering: .relaxed)
    return []
  }

  /// The delays of all lanes; or those of the failing conversation's lane, or of the others.
  func delays(inFailingLane: Bool? = nil) -> Percentiles {
    tally.withLock { tally in
      let lanes = tally.delays.enumerated().filter { lane, _ in
        inFailingLane.map { $0 == (lane == tally.failingLane) } ?? true
      }
      return Percentiles(microseconds: lanes.flatMap(\.element))
    }
  }
}

/// Microseconds since the bench began.
struct BenchClock: Sendable {
  private let start = ContinuousClock.now

  var now: Int64 { Int64(start.duration(to: .now) / .microseconds(1)) }
}

/// Whole numbers in the order they stand in a payload.
struct NumberReader {
  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func next() -> Int {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    while index < bytes.count, !digits.contains(bytes[index]) { index += 1 }
    var value = 0
    while index < bytes.count, digits.contains(bytes[index]) {
      value = value * 10 + Int(bytes[index] - digits.lowerBound)
      index += 1
    }
    return value
  }
}

struct Percentiles: Sendable {
  private let sorted: [Int32]

  init(microseconds: [Int32]) {
    sorted = microseconds.sorted()
  }

  /// Milliseconds; 0 without a sample.
  func at(_ share: Double) -> Double {
    guard !sorted.isEmpty else { return 0 }
    return Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1000
  }
}
