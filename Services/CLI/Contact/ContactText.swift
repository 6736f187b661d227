import JSON

/// `martlet contact show` for a person to read.
struct ContactText {
  let report: JSON

  init(_ report: JSON) { self.report = report }

  var text: String {
    let rows: [(String, String?)] = [
      ("person", "\(value("person") ?? "") on page \(value("page") ?? "")"),
      ("wrote", value("last_in_at").map { "last \($0), first \(value("first_in_at") ?? $0)" } ?? "never"),
      ("window", value("window_until").map { isTrue("window_open") ? "open until \($0)" : "closed since \($0)" }),
      ("bot", bot),
      ("profile", value("profile")),
      ("joined to", value("joined_to")),
      ("references", report["references"]?.array?.compactMap(\.string).joined(separator: ", ")),
    ]
    let lines = rows.compactMap { name, value in
      value.flatMap { $0.isEmpty ? nil : "\(name)\(String(repeating: " ", count: 12 - name.count))\($0)" }
    }
    return (lines + optIns).joined(separator: "\n")
  }

  private var bot: String {
    if let owner = value("thread_owner") {
      return "silent: app \(owner) leads the thread since \(value("thread_at") ?? "?")"
    }
    if isTrue("paused") { return "silent until \(value("paused_until") ?? "?"): somebody else answered" }
    return "speaks"
  }

  private var optIns: [String] {
    (report["optins"]?.array ?? []).map { optIn in
      let parts: [String?] = [
        optIn["kind"]?.string, optIn["status"]?.string, optIn["topic"]?.string.map { "topic \($0)" },
        optIn["has_token"]?.bool == true ? (optIn["is_used"]?.bool == true ? "token used" : "with token") : nil,
        optIn["expires_at"]?.string.map { "expires \(Self.time($0))" },
        optIn["opted_at"]?.string.map { "since \(Self.time($0))" },
      ]
      return "opt-in      " + parts.compactMap(\.self).joined(separator: ", ")
    }
  }

  private func value(_ name: String) -> String? {
    report[name]?.string.map { name.hasSuffix("_at") || name.hasSuffix("_until") ? Self.time($0) : $0 }
  }

  private func isTrue(_ name: String) -> Bool { report[name]?.bool == true }

  /// PostgreSQL's `2026-11-21T10:00:00.123456+00:00`, to the second.
  private static func time(_ text: String) -> String {
    String(text.prefix(19)).replacing("T", with: " ") + (text.hasSuffix("+00:00") ? " UTC" : String(text.suffix(6)))
  }
}
