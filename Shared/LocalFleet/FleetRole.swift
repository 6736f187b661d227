/// The executables of a fleet, in the order in which they are started.
package enum FleetRole: String, Sendable, CaseIterable {
  case simulator, ingress, identity, nlu, outbound

  /// The servers that must have bound before an instance can be ready, by `http.role` in its "listening" lines.
  var servers: Set<FleetPort> {
    switch self {
    case .simulator: [.public]
    case .ingress, .identity, .outbound: [.public, .admin]
    case .nlu: [.admin]
    }
  }
}

package enum FleetPort: String, Sendable {
  case `public`, admin
}
