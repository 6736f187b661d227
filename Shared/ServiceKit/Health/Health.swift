import Synchronization

/// What a check found: from state already at hand, never by asking somebody.
package enum HealthState: Sendable, Hashable {
  case ok(detail: String? = nil)
  case failing(reason: String)
}

/// Whether this process can do its work, as its parts say. Parts register once; probes may ask at any rate.
package final class Health: Sendable {
  private struct Check {
    var name: String
    var critical: Bool
    var check: @Sendable () -> HealthState
  }

  private struct State {
    var checks: [Check] = []
    var isDraining = false
    var status: HealthReport.Status?
    var since = LogTime.now()
  }

  private let service: String
  private let state = Mutex(State())

  package init(service: ServiceName) {
    self.service = service.rawValue
  }

  /// - Parameters:
  ///   - name: seen by operators; a second check of the same name takes the place of the first.
  ///   - critical: whether the service is not ready while it fails; else it is only "degraded".
  package func register(_ name: String, critical: Bool = true, _ check: @escaping @Sendable () -> HealthState) {
    state.withLock { state in
      state.checks.removeAll { $0.name == name }
      state.checks.append(Check(name: name, critical: critical, check: check))
    }
  }

  /// From now on the process is alive but not ready: it is finishing what it has begun.
  package func drain() {
    state.withLock { $0.isDraining = true }
  }

  package func report() -> HealthReport {
    let (checks, isDraining) = state.withLock { ($0.checks, $0.isDraining) }
    var findings = checks.map { HealthReport.Finding(name: $0.name, critical: $0.critical, state: $0.check()) }
    if isDraining {
      findings.append(.init(name: "lifecycle", critical: true, state: .failing(reason: "the service is shutting down")))
    }
    let status = HealthReport.status(of: findings)
    let since = state.withLock { state in
      if state.status != status { (state.status, state.since) = (status, LogTime.now()) }
      return state.since
    }
    return HealthReport(service: service, status: status, findings: findings, since: since)
  }
}
