/// The executables that read settings, with the ports they take when none is set.
package enum ServiceName: String, Sendable, CaseIterable {
  case ingress, identity, outbound, nlu, simulator

  /// The port for the world outside; each service that has nothing to say there simply opens no server.
  package var defaultPort: Int {
    switch self {
    case .ingress: 8080
    case .identity: 8081
    case .outbound: 8082
    case .nlu: 8083
    case .simulator: 8090
    }
  }

  /// The port for probes and metrics, never published. The simulator has none of its own: it is all on one port.
  package var defaultAdminPort: Int? {
    switch self {
    case .ingress: 9080
    case .identity: 9081
    case .outbound: 9082
    case .nlu: 9083
    case .simulator: nil
    }
  }
}
