internal import CEpoll

/// What a descriptor is watched for, and what was found.
///
/// `closed` (hang-up or error) is always reported, wanted or not; the owner finds the cause by reading.
package struct Readiness: OptionSet, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  package static let readable = Readiness(rawValue: 1)
  package static let writable = Readiness(rawValue: 2)
  package static let closed = Readiness(rawValue: 4)
}

extension Readiness {
  var epollEvents: UInt32 {
    var events: UInt32 = 0
    if contains(.readable) { events |= EPOLLIN.rawValue | EPOLLRDHUP.rawValue }
    if contains(.writable) { events |= EPOLLOUT.rawValue }
    return events
  }

  init(epollEvents events: UInt32) {
    self = []
    if events & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue) != 0 { insert(.readable) }
    if events & EPOLLOUT.rawValue != 0 { insert(.writable) }
    if events & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { insert(.closed) }
  }
}
