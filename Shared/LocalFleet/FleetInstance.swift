import ChildProcesses
import Synchronization

/// One process of the fleet through all its lives: its ports stay, its lines are kept, its child changes.
package final class FleetInstance: Sendable {
  private struct State {
    var child: ChildProcess?
    var ports: [FleetPort: Int] = [:]
    var bound: Set<FleetPort> = []
    var lines: [FleetLine] = []
    var starts = 0
  }

  /// "nlu-1".
  package let name: String
  package let role: FleetRole
  let number: Int
  private let keptLines: Int
  private let observer: (@Sendable (FleetLine) -> Void)?
  private let state: Mutex<State>

  init(role: FleetRole, number: Int, keptLines: Int, observer: (@Sendable (FleetLine) -> Void)?) {
    name = "\(role.rawValue)-\(number)"
    self.role = role
    self.number = number
    self.keptLines = keptLines
    self.observer = observer
    state = Mutex(State())
  }

  package var processID: Int32? { state.withLock { $0.child?.processID } }
  package var isRunning: Bool { state.withLock { $0.child?.isRunning ?? false } }
  /// How often it was started.
  package var starts: Int { state.withLock { $0.starts } }
  package var publicPort: Int? { state.withLock { $0.ports[.public] } }
  package var adminPort: Int? { state.withLock { $0.ports[.admin] } }
  /// Root of its public server, without a slash at the end.
  package var url: String? { publicPort.map { "http://127.0.0.1:\($0)" } }
  /// Root of its admin server, without a slash at the end.
  package var adminURL: String? { adminPort.map { "http://127.0.0.1:\($0)" } }
  /// The last lines it printed, oldest first, all its lives together.
  package var lines: [FleetLine] { state.withLock { $0.lines } }

  var child: ChildProcess? { state.withLock { $0.child } }

  /// Whether every server it must have is bound in this life.
  var hasBound: Bool { state.withLock { $0.bound.isSuperset(of: role.servers) } }

  /// The ports of its last life, or those of the plan.
  func ports(planned: FleetPlan.Ports) -> FleetPlan.Ports {
    state.withLock {
      FleetPlan.Ports(public: $0.ports[.public] ?? planned.public, admin: $0.ports[.admin] ?? planned.admin)
    }
  }

  func start(_ command: ChildCommand) async throws(ChildProcessError) {
    state.withLock { $0.bound = [] }
    let child = try await ChildProcess.start(command, output: .lines { [self] in take($0) })
    state.withLock {
      $0.child = child
      $0.starts += 1
    }
  }

  private func take(_ text: String) {
    let line = FleetLine(instance: name, text: text)
    let listening = line.listening
    state.withLock {
      if let (server, port) = listening {
        $0.ports[server] = port
        $0.bound.insert(server)
      }
      $0.lines.append(line)
      // Twice the bound before the cut, so that the shift costs little.
      if $0.lines.count >= 2 * keptLines { $0.lines.removeFirst($0.lines.count - keptLines) }
    }
    observer?(line)
  }
}
