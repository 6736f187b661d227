import JSON

/// `martlet send status` for a person to read.
struct MessageText {
  let report: JSON

  init(_ report: JSON) { self.report = report }

  var text: String {
    let rows: [(String, String?)] = [
      ("message", value("id")),
      ("to", "\(value("person") ?? "") on page \(value("page") ?? "")"),
      ("state", state),
      ("because", value("error")),
      ("do", value("remedy")),
      ("grounds", value("grounds")),
      ("your key", value("customer_key")),
      ("at Meta", value("mid")),
      ("waits", place),
    ]
    let lines = rows.compactMap { name, value in
      value.map { "\(name)\(String(repeating: " ", count: 10 - name.count))\($0)" }
    }
    return (lines + [""] + history).joined(separator: "\n")
  }

  private var state: String {
    let tries = report["attempts"]?.int ?? 0
    let settled = value("settled_by").map { ", settled by \($0)" } ?? ""
    return "\(value("state") ?? "?")\(settled), \(tries) \(tries == 1 ? "call" : "calls")"
  }

  private var place: String? {
    guard let place = report["place"], place.object != nil else { return nil }
    let since = place["since"]?.string.map { " since \(Self.time($0))" } ?? ""
    switch place["queue"]?.string {
    case "outbox"?: return "in the outbox\(since), due \(place["due"]?.string.map(Self.time) ?? "?")"
    case "held"?: return "kept back\(since): martlet send resolve \(value("id") ?? "ID") --resend or --drop"
    default:
      let reason = place["parked_for"]?.string.map { ", its conversation parked for \($0)" } ?? ""
      return "in the queue\(since)\(reason)"
    }
  }

  private var history: [String] {
    (report["history"]?.array ?? []).map { entry in
      let code = entry["code"]?.int.map { code in
        "code \(code)" + (entry["subcode"]?.int.map { "/\($0)" } ?? "")
      }
      let parts = [
        entry["by"]?.string.map { "by \($0)" }, code, entry["fbtrace_id"]?.string.map { "fbtrace_id \($0)" },
      ].compactMap(\.self)
      let time = entry["at"]?.string.map(Self.time) ?? ""
      return "\(time)  \(entry["what"]?.string ?? "")\(parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")"
    }
  }

  private func value(_ name: String) -> String? { report[name]?.string }

  /// PostgreSQL's `2026-11-21T10:00:00.123456+00:00`, to the millisecond.
  private static func time(_ text: String) -> String {
    String(text.prefix(23)).replacing("T", with: " ") + (text.hasSuffix("+00:00") ? " UTC" : String(text.suffix(6)))
  }
}
