import Glibc
import NIOCore

/// Why a server could not open its port.
package struct BindError: Error, CustomStringConvertible {
  package enum Code: String, Sendable {
    case addressInUse, addressNotHere, notPermitted, other
  }

  package var code: Code
  package var role: ServerRole
  package var address: String
  package var port: Int
  /// What the system said.
  package var reason: String

  package var description: String {
    "The \(role.rawValue) server cannot listen on \(address) port \(port): \(reason). \(remedy)"
  }

  package var remedy: String {
    switch code {
    case .addressInUse:
      "Stop what listens there, or set \(role.portName.variable) to another port (0 for any free one)."
    case .addressNotHere: "Set \(SettingName.bind.variable) to an address of this machine, such as 127.0.0.1."
    case .notPermitted: "Set \(role.portName.variable) to a port above 1023, or allow the service to take this one."
    case .other: "Check \(SettingName.bind.variable) and \(role.portName.variable)."
    }
  }

  init(_ error: any Error, role: ServerRole, address: String, port: Int) {
    self.role = role
    self.address = address
    self.port = port
    guard let error = error as? IOError else {
      (code, reason) = (.addressNotHere, "the address is not known")
      return
    }
    code =
      switch error.errnoCode {
      case EADDRINUSE: .addressInUse
      case EADDRNOTAVAIL: .addressNotHere
      case EACCES, EPERM: .notPermitted
      default: .other
      }
    reason = String(cString: strerror(error.errnoCode)).lowercased()
  }
}

/// Which of a service's two ports.
package enum ServerRole: String, Sendable {
  case `public`, admin

  var portName: SettingName {
    switch self {
    case .public: .port
    case .admin: .adminPort
    }
  }
}
