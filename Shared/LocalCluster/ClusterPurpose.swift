/// What the cluster is for decides its settings.
package enum ClusterPurpose: Sendable {
  /// Fast and forgetful: no fsync, so a power cut loses it. A crash of a process does not.
  case tests
  /// A person's own data.
  case demo
  /// Durable as in production, with memory to work in.
  case bench

  var keepsThroughPowerCut: Bool { self != .tests }

  /// postgresql.conf names and values.
  var settings: [String: String] {
    var settings = [
      "max_connections": "200",
      "shared_buffers": self == .bench ? "256MB" : "64MB",
      "wal_level": "minimal",
      "max_wal_senders": "0",
      "max_wal_size": "1GB",
      "timezone": "UTC",
      "log_timezone": "UTC",
      "log_line_prefix": "%m [%p] ",
    ]
    if !keepsThroughPowerCut {
      settings["fsync"] = "off"
      settings["full_page_writes"] = "off"
    }
    return settings
  }
}
