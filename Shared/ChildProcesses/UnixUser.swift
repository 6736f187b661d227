import Glibc

/// A user of this machine, as the password database knows it.
package struct UnixUser: Sendable, Hashable {
  package let name: String
  package let userID: UInt32
  package let groupID: UInt32

  package init?(named name: String) {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16_384)
    guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
    self.name = name
    userID = entry.pw_uid
    groupID = entry.pw_gid
  }

  package static var isRoot: Bool { geteuid() == 0 }
}
