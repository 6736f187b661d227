import Glibc
import Synchronization

/// A running child with a thread of its own, which starts it, reads its output and waits for its end.
///
/// The thread is there for two reasons: reading and waiting block, and the kernel sends the parent-death signal when the
/// *thread* that started the child ends (prctl(2)); a thread of a pool may end long before this process does.
package final class ChildProcess: Sendable {
  private enum State {
    case running(waiting: [CheckedContinuation<ChildExit, Never>])
    case ended(ChildExit)
  }

  package let processID: Int32
  private let state = Mutex(State.running(waiting: []))

  private init(processID: Int32) {
    self.processID = processID
  }

  /// Returns once the child runs; the child lives on until it ends by itself, is signalled, or this process dies.
  package static func start(
    _ command: ChildCommand, output: ChildOutput = .discard
  ) async throws(ChildProcessError) -> ChildProcess {
    let started: Result<ChildProcess, ChildProcessError> = await withCheckedContinuation { started in
      let thread = OwnThread { Self.live(command, output, started) }
      if let failure = thread.start() {
        started.resume(returning: .failure(.system(failure, doing: "start a thread for \(command.executable)")))
      }
    }
    return try started.get()
  }

  /// Runs to its end; throws unless it exits 0. Returns the lines it printed.
  @discardableResult
  package static func run(_ command: ChildCommand) async throws(ChildProcessError) -> [String] {
    let printed = LineBox()
    let child = try await start(command, output: .lines { printed.append($0) })
    let exit = await child.exit
    let lines = printed.lines
    guard exit == .code(0) else {
      throw ChildProcessError(
        code: .failed, doing: "run \(command.executable)",
        cause: ([exit.description] + lines.suffix(5)).joined(separator: ": "))
    }
    return lines
  }

  package var isRunning: Bool {
    state.withLock { if case .running = $0 { true } else { false } }
  }

  /// Waits for the end, or tells at once how it was.
  package var exit: ChildExit {
    get async {
      await withCheckedContinuation { continuation in
        let ended: ChildExit? = state.withLock {
          switch $0 {
          case .running(let waiting):
            $0 = .running(waiting: waiting + [continuation])
            return nil
          case .ended(let exit): return exit
          }
        }
        if let ended { continuation.resume(returning: ended) }
      }
    }
  }

  /// False when it has ended already. Never reaches a stranger: the child is reaped under the same lock.
  @discardableResult
  package func signal(_ signal: UnixSignal) -> Bool {
    state.withLock {
      guard case .running = $0 else { return false }
      return kill(processID, signal.rawValue) == 0
    }
  }

  private static func live(
    _ command: ChildCommand, _ output: ChildOutput,
    _ started: CheckedContinuation<Result<ChildProcess, ChildProcessError>, Never>
  ) {
    let sink: OutputSink
    let child: ChildProcess
    do throws(ChildProcessError) {
      let call = try SpawnCall(command)
      sink = try OutputSink(output)
      defer { sink.closeChildEnd() }
      child = ChildProcess(processID: try call(output: sink.childEnd))
    } catch {
      started.resume(returning: .failure(error))
      return
    }
    started.resume(returning: .success(child))
    sink.drain()
    child.reap()
  }

  private func reap() {
    var information = siginfo_t()
    while waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    let (exit, waiting) = state.withLock { state -> (ChildExit, [CheckedContinuation<ChildExit, Never>]) in
      var status: Int32 = 0
      while waitpid(processID, &status, 0) < 0, errno == EINTR {}
      let killer = status & 0x7f
      let exit = killer == 0 ? ChildExit.code((status >> 8) & 0xff) : .signal(killer)
      defer { state = .ended(exit) }
      guard case .running(let waiting) = state else { return (exit, []) }
      return (exit, waiting)
    }
    for continuation in waiting { continuation.resume(returning: exit) }
  }
}

private final class LineBox: Sendable {
  private let box = Mutex<[String]>([])
  var lines: [String] { box.withLock { $0 } }
  func append(_ line: String) { box.withLock { $0.append(line) } }
}
