/// How much and how long a caller may take to say what it wants, whatever it then asks for.
package struct RequestLimits: Sendable {
  /// From a request's first byte to its last. An idle time-out starts again with every byte and so lets a caller send
  /// one a minute for ever; this does not. A connection that waits between two requests is another matter: it may stay
  /// for `idle`.
  package var deadline: Duration
  /// How long a connection may stay between two requests, or before its first.
  package var idle: Duration
  /// All header fields of a request together, in bytes; what is longer is answered 400.
  package var headerBytes: Int
  package var headerFields: Int
  /// Called on a server's thread for each request that did not come in time; must not block.
  package var onExpiry: @Sendable () -> Void

  package init(
    deadline: Duration = .seconds(10), idle: Duration = .seconds(75), headerBytes: Int = 32 << 10,
    headerFields: Int = 100, onExpiry: @escaping @Sendable () -> Void = {}
  ) {
    self.deadline = deadline
    self.idle = idle
    self.headerBytes = headerBytes
    self.headerFields = headerFields
    self.onExpiry = onExpiry
  }
}

/// A request did not come in whole before its deadline. Its connection is answered 408, where nothing was answered
/// yet, and closed: who reads its body only has to stop.
package struct RequestExpired: Error, CustomStringConvertible {
  package var description: String { "The request did not come in time. Its sender is answered 408 and cut off." }
}
