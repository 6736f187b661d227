import JSON
import ServiceKit

/// What the door lets in, as the operator set it, and what follows from that.
struct DoorLimits: Sendable {
  /// Of one body. Meta sends up to 1,000 updates in one; bodies above 300 kB have been seen.
  var bodyBytes = 4 << 20
  /// From a request's first byte to its answer. Meta gives up after 5 s.
  var deadline = Duration.seconds(4)
  /// Requests that are read or stored at once.
  var inFlight = 1024
  /// Whether the older signature counts where the newer one is missing.
  var allowsSHA1 = false

  /// How much of the deadline is kept for the answer itself: a busy machine is late by some tenths of a second.
  var margin: Duration { deadline / 8 }

  /// Of all bodies together: that many of the largest kind. The usual ones have some kilobytes.
  var heldBytes: Int { 32 * bodyBytes }

  /// An update has some 20 to 100 values, and a body up to 1,000 updates.
  static let json = JSON.Limits(depth: 64, values: 250_000)
}

extension DoorLimits {
  /// - Throws: `ConfigurationError`.
  init(_ settings: Settings) throws {
    self.init()
    bodyBytes = try settings.int(.webhookBodyBytes, default: bodyBytes, in: 1024...64 << 20)
    deadline = try settings.seconds(.webhookDeadline, default: deadline, in: .milliseconds(100) ... .seconds(60))
    inFlight = try settings.int(.webhookInFlight, default: inFlight, in: 1...100_000)
    allowsSHA1 = try settings.bool(.webhookSHA1, default: allowsSHA1)
  }
}
