/// What is done to the run, in turn.
enum ChaosFault: String, Sendable, CaseIterable {
  case kill = "kill -9"
  case stop = "stopped past the lease"
  case databaseCrash = "PostgreSQL crashed"
  case terminated = "all backends terminated"
  case halfOpen = "half-open listeners"
  case silence = "NOTIFY off"
  case wrongClock = "clock an hour wrong"
  case pooler = "PgBouncer in between"

  /// The name in JSON.
  var key: String {
    switch self {
    case .kill: "kill"
    case .stop: "stop"
    case .databaseCrash: "database_crash"
    case .terminated: "backends_terminated"
    case .halfOpen: "half_open"
    case .silence: "notify_off"
    case .wrongClock: "wrong_clock"
    case .pooler: "pooler"
    }
  }

  /// What must be installed for it, if that is missing.
  var lacks: String? {
    switch self {
    case .wrongClock where WrongClock.library == nil: "faketime"
    case .pooler where Pooler.executable == nil: "pgbouncer"
    default: nil
    }
  }
}
