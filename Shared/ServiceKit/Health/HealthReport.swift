package import JSON

/// The answer to a probe.
package struct HealthReport: Sendable {
  package enum Status: String, Sendable {
    case ok
    /// Only checks that are not critical fail: it works, less well.
    case degraded
    case failing
  }

  package struct Finding: Sendable {
    package var name: String
    package var critical: Bool
    package var state: HealthState
  }

  package var service: String
  package var status: Status
  package var findings: [Finding]
  /// When a probe first saw this status.
  package var since: String

  package var isReady: Bool { status != .failing }

  /// Why it is not ready, one sentence a critical check.
  package var reasons: [String] {
    findings.compactMap { finding in
      guard finding.critical, case .failing(let reason) = finding.state else { return nil }
      return "\(finding.name): \(reason)"
    }
  }

  package var json: JSON {
    .object([
      "service": .string(service), "status": .string(status.rawValue),
      "checks": .array(findings.map(\.json)), "since": .string(since),
    ])
  }

  static func status(of findings: [Finding]) -> Status {
    let failing = findings.filter { $0.isFailing }
    return failing.isEmpty ? .ok : failing.contains { $0.critical } ? .failing : .degraded
  }
}

extension HealthReport.Finding {
  var isFailing: Bool {
    if case .failing = state { true } else { false }
  }

  var json: JSON {
    var object: JSONObject = ["name": .string(name)]
    switch state {
    case .ok(let detail):
      object["status"] = "ok"
      object["detail"] = detail.map(JSON.string)
    case .failing(let reason):
      object["status"] = "failing"
      object["reason"] = .string(reason)
      if !critical { object["critical"] = false }
    }
    return .object(object)
  }
}
