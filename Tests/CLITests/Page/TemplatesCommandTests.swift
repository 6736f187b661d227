import ChildProcesses
import JSON
import LocalFleet
import Postgres
import TestKit
import Testing

@testable import CLI

@Suite("`martlet page templates` from end to end")
struct TemplatesCommandTests {
  private static func file(_ body: String) -> String {
    "parameters: {van: Van 3}\nlanguages:\n  en_US: {body: \"\(body)\"}\n  de_DE: {body: \"{{van}} ist weg.\"}\n"
  }

  private func state(_ site: PageSite, _ language: String = "en_US") async throws -> String? {
    try await site.database.pool.run(
      Statement(
        "state", "SELECT martlet.template_state($1, 'alert', $2) AS v", [.text(site.pages[0]), .text(language)])
    )[0].optionalString("v")
  }

  @Test("what is missing is handed to review once, and the verdict shows in the list")
  func apply() async throws {
    try await PageSite.with { site in
      let page = site.pages[0]
      try await site.simulator.call("PUT", "/control/pages", ["page": .string(page), "review": "by_hand"])
      try site.write(Self.file("{{van}} left."), to: "templates/alert.yaml")
      #expect(try await state(site) == nil)
      let planned = try await site.run("templates", "plan", "--page", page, "--check")
      #expect(planned.exit == .code(1))
      #expect(planned.lines.contains("page \(page): 2 missing"))
      #expect(planned.lines.contains("      + body: {{van}} left."))

      let applied = try await site.run("templates", "apply", "--page", page)
      #expect(applied.exit == .code(0))
      #expect(applied.lines.contains("  + alert en_US  in review"))
      #expect(try await state(site) == "pending")
      // As after a crash: what is there is not made again.
      let again = try await site.run("templates", "apply", "--page", page)
      #expect(again.exit == .code(0))
      #expect(again.lines.contains("  = alert en_US  pending"))

      try await site.simulator.call(
        "POST", "/control/review",
        ["page": .string(page), "name": "alert", "language": "en_US", "status": "APPROVED"])
      try await site.simulator.call(
        "POST", "/control/review",
        ["page": .string(page), "name": "alert", "language": "de_DE", "status": "REJECTED", "reason": "INVALID_FORMAT"])
      #expect(try await site.run("templates", "list", "--page", page).text.contains("pending"))
      let list = try await site.run("templates", "list", "--all", "--refresh")
      #expect(list.exit == .code(0))
      #expect(list.text.contains("approved") && list.text.contains("rejected: INVALID_FORMAT"))
      #expect(try await state(site) == "approved")
      #expect(try await state(site, "de_DE") == "rejected")
    }
  }

  @Test("other words under a reviewed name are told, and replaced only when that is asked for")
  func changed() async throws {
    try await PageSite.with { site in
      let page = site.pages[0]
      try site.write(Self.file("{{van}} left."), to: "templates/alert.yaml")
      _ = try await site.run("templates", "apply", "--page", page)
      try site.write(Self.file("{{van}} is gone."), to: "templates/alert.yaml")
      let told = try await site.run("templates", "apply", "--page", page)
      #expect(told.exit == .code(1))
      #expect(told.lines.contains("      - body: {{van}} left."))
      #expect(told.text.contains("give it another name, or --replace"))
      let listed = try await site.graph("GET", "\(page)/message_templates", page)
      #expect(listed.serialized().contains("left."))

      let replaced = try await site.run("templates", "apply", "--page", page, "--replace")
      #expect(replaced.exit == .code(0))
      let after = try await site.graph("GET", "\(page)/message_templates", page)
      #expect(after["data"]?.array?.count == 2)
      #expect(after.serialized().contains("is gone.") && !after.serialized().contains("left."))
    }
  }

  @Test("what is in no file is shown and left alone; a page without the permission fails with what to do")
  func others() async throws {
    try await PageSite.with { site in
      let page = site.pages[0]
      try await site.graph(
        "POST", "\(page)/message_templates", page,
        [
          "name": "by_hand", "language": "en_US", "category": "UTILITY",
          "components": [["type": "BODY", "text": "Hello"]],
        ])
      let planned = try await site.run("templates", "plan", "--page", page, "--check")
      #expect(planned.exit == .code(0))
      #expect(planned.text.contains("by_hand en_US"))
      #expect(planned.text.contains("left alone"))
      try await site.simulator.call(
        "PUT", "/control/pages", ["page": .string(page), "lacks": ["page_utility_messaging"]])
      let refused = try await site.run("templates", "plan", "--page", page)
      #expect(refused.exit == .code(2))
      #expect(refused.lines[0].hasPrefix("page \(page): Reading the page's templates failed"))
    }
  }
}
