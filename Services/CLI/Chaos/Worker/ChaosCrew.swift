import ChildProcesses
import FoundationEssentials
import Glibc
import JobQueue

/// The worker processes: starts each again whenever it ends, and tells it where to die next.
actor ChaosCrew {
  static let size = 3

  private struct Slot {
    var child: ChildProcess?
    var clock: String?
  }

  struct Crash: Sendable {
    let exit: String
    let lines: [String]
  }

  private let route: ChaosRoute
  private let world: OutsideWorld
  private let listenURL: String
  private let calm: String
  /// How long a worker lives at least before it dies by itself, in milliseconds.
  private let lives: ClosedRange<Int>
  private var random: SeededRandom
  private var slots = [Slot](repeating: Slot(), count: ChaosCrew.size)
  private var isClosing = false
  private(set) var crashes: [Crash] = []
  private(set) var starts = 0

  /// - Parameter calm: The path of a file; while it is there nobody dies by himself.
  init(
    route: ChaosRoute, world: OutsideWorld, listenURL: String, calm: String, lives: ClosedRange<Int>,
    random: SeededRandom
  ) {
    self.route = route
    self.world = world
    self.listenURL = listenURL
    self.calm = calm
    self.lives = lives
    self.random = random
  }

  /// Keeps all workers running until ``close()``.
  func run() async throws {
    try await withThrowingDiscardingTaskGroup { group in
      for slot in slots.indices { group.addTask { try await self.keep(slot) } }
    }
  }

  /// Ends the workers as a deployment would, and returns when they are gone.
  func close() async {
    isClosing = true
    await restart()
  }

  /// Ends every worker gracefully; unless the crew closes, they come again.
  func restart() async {
    let children = slots.compactMap(\.child)
    for child in children { child.signal(.terminate) }
    for child in children { _ = await child.exit }
  }

  /// To a worker chosen at random unless one is named.
  func signal(_ signal: UnixSignal, to slot: Int? = nil) {
    slots[slot ?? Int.random(in: slots.indices, using: &random)].child?.signal(signal)
  }

  /// Whether this worker, for now, does not die by itself.
  func spare(_ slot: Int, _ isSpared: Bool) {
    let file = "\(calm).\(slot)"
    if isSpared { _ = FileManager.default.createFile(atPath: file, contents: nil) } else { unlink(file) }
  }

  /// From the next start of this worker on; libfaketime's notation, or nil for the right time.
  func setClock(_ clock: String?, of slot: Int) {
    slots[slot].clock = clock
  }

  private func keep(_ slot: Int) async throws {
    while !isClosing, !Task.isCancelled {
      let targets = targets()
      let delay = Int.random(in: lives, using: &random)
      let lines = LastLines()
      let child = try await ChildProcess.start(
        command(slot, dyingAt: targets, after: delay), output: .lines { lines.append($0) })
      starts += 1
      slots[slot].child = child
      if isClosing { child.signal(.terminate) }
      let leaving = leave(child, slot, targets, after: delay)
      let exit = await child.exit
      leaving?.cancel()
      // Killed is what they are for; 0 is a graceful end, and so is one that came before they could be graceful.
      let expected: [ChildExit] = [.code(0), .signal(UnixSignal.kill.rawValue), .signal(UnixSignal.terminate.rawValue)]
      if !expected.contains(exit) {
        crashes.append(Crash(exit: "\(exit)", lines: lines.all))
        try? await Task.sleep(for: .milliseconds(300))
      }
      try? await Task.sleep(for: random.milliseconds(0...200))
    }
  }

  /// The steps at which the fewest have died.
  private func targets() -> [ConsumerStep] {
    let deaths = world.heard.deaths
    let fewest = ConsumerStep.allCases.map { deaths[$0, default: 0] }.min() ?? 0
    return ConsumerStep.allCases.filter { deaths[$0, default: 0] <= fewest }
  }

  /// Who is to die while leaving must be told to leave.
  private func leave(_ child: ChildProcess, _ slot: Int, _ targets: [ConsumerStep], after delay: Int) -> Task<
    Void, any Error
  >? {
    guard targets.contains(.leaving), targets.count == 1 || random.oneIn(3) else { return nil }
    // Beside the wait for its end, and cancelled with it.
    return Task { [calm] in
      repeat {
        try await Task.sleep(for: .milliseconds(delay + 300))
      } while access(calm, F_OK) == 0 || access("\(calm).\(slot)", F_OK) == 0
      child.signal(.terminate)
    }
  }

  private func command(_ slot: Int, dyingAt steps: [ConsumerStep], after delay: Int) -> ChildCommand {
    var arguments = [
      "chaos", "worker", "--slot", "\(slot)", "--database", route.url, "--listen", listenURL, "--outside", world.path,
      "--calm", calm, "--die-at", steps.map(\.rawValue).joined(separator: ","), "--die-after", "\(delay)",
    ]
    if route.isPooled { arguments.append("--pooled") }
    var environment = ProcessInfo.processInfo.environment
    if let clock = slots[slot].clock, let library = WrongClock.library {
      environment.merge(WrongClock.environment(library, clock)) { $1 }
    }
    return ChildCommand(
      Surroundings.executable, arguments, environment: environment, signalWhenParentDies: .kill)
  }
}
