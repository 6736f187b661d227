import Glibc
import LocalFleet
import ServiceKit

/// The well-known ports of the demo, moved together where they are taken.
struct DemoPorts {
  let byRole: [FleetRole: FleetPlan.Ports]

  init(offset: Int) {
    byRole = Dictionary(
      uniqueKeysWithValues: FleetRole.allCases.compactMap { role in
        ServiceName(rawValue: role.rawValue).map {
          (role, FleetPlan.Ports(public: $0.defaultPort + offset, admin: $0.defaultAdminPort.map { $0 + offset } ?? 0))
        }
      })
  }

  /// Refuses before anything is started, and names every port that is taken.
  func check() throws {
    let taken = byRole.flatMap { role, ports in
      let opened = role == .nlu ? [ports.admin] : [ports.public, ports.admin]
      return opened.filter { $0 != 0 && !Self.isFree($0) }.map { "\($0) (\(role.rawValue))" }
    }
    guard taken.isEmpty else {
      throw ToolError(
        code: .portTaken, doing: "start the demo",
        cause: "taken by another program: port \(taken.sorted().joined(separator: ", port "))",
        remedy: "stop that program (another demo?), or move all ports with --port-offset 1000")
    }
  }

  private static func isFree(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(clamping: port)).bigEndian
    address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
