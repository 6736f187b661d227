/// Which statements one connection has prepared under a name. Decides; sends nothing.
///
/// A text that comes a second time is prepared, which spares the server to read and plan it again and again: most of
/// what a small statement costs. Behind a pooler in transaction mode nothing may be prepared, because the next
/// exchange may run on another of the server's connections.
struct PreparedStatements {
  enum Use: Equatable {
    case plain
    /// Prepare under this name, then execute by it.
    case prepare(String)
    case execute(String)
  }

  /// The most names a connection holds; statements beyond it are sent as text.
  static let limit = 200

  private let isEnabled: Bool
  private var seen: Set<String> = []
  private var names: [String: String] = [:]
  private var count = 0

  init(isEnabled: Bool) {
    self.isEnabled = isEnabled
  }

  mutating func use(_ sql: String) -> Use {
    guard isEnabled else { return .plain }
    if let name = names[sql] { return .execute(name) }
    guard seen.contains(sql) else {
      if seen.count < Self.limit { seen.insert(sql) }
      return .plain
    }
    count += 1
    let name = "martlet_\(count)"
    names[sql] = name
    return .prepare(name)
  }

  /// The server did not take the name, as in a transaction that has failed: the text is tried again another time.
  mutating func forget(_ sql: String) {
    names[sql] = nil
  }
}
