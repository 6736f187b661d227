import JSON

/// Which of a page's contacts a broadcast is for: every member narrows, {} is everybody. Only these columns can be asked
/// for; PostgreSQL gets values, never a piece of a statement.
struct BroadcastFilter: Sendable {
  private static let times = ["first_in_at", "last_in_at"]
  private static let names = ["first_name", "last_name"]
  private static let flags = ["is_paused", "is_led_elsewhere"]
  private static let profiles = ["unasked", "pending", "known", "refused"]

  /// For `martlet.broadcast_filter`, every value checked.
  let json: JSON

  init(_ json: JSON, at path: String) throws(Problem) {
    let fields = try Fields(json, at: path, known: Self.times + Self.names + Self.flags + ["profile_state", "optin"])
    var checked = JSONObject()
    for name in Self.times {
      guard let range = fields[name] else { continue }
      let bounds = try Fields(range, at: fields.field(name), known: ["after", "before"])
      var members = JSONObject()
      for bound in ["after", "before"] {
        if try bounds.time(bound) != nil { members[bound] = bounds[bound] }
      }
      guard !members.isEmpty else {
        throw .missing(bounds.field("after"), "Give after, before, or both.")
      }
      checked[name] = .object(members)
    }
    for name in Self.names { checked[name] = try fields.text(name, upTo: 256).map { .string($0) } }
    for name in Self.flags { checked[name] = try fields.flag(name).map { .bool($0) } }
    checked["profile_state"] = try fields.word("profile_state", of: Self.profiles).map { .string($0) }
    checked["optin"] = try fields.text("optin", upTo: 64).map { .string($0) }
    self.json = .object(checked)
  }
}
