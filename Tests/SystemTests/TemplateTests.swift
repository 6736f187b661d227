import JSON
import LocalFleet
import Postgres
import TestKit
import Testing

extension SystemTests {
  @Test(
    "a template is handed to review, and Meta's verdict reaches the sender's table by webhook", .timeLimit(.minutes(3)))
  func templates() async throws {
    try await TestSystem.with { system in
      let page = system.credentials.pageID
      try await system.simulator.call("PUT", "/control/pages", ["page": .string(page), "review": "by_hand"])
      try await eventually {
        try await system.number("SELECT count(*) AS n FROM martlet.page WHERE token_state = 'live'") == 1
      }
      func state() async throws -> String? {
        try await system.database.run(
          Statement(
            "state", "SELECT martlet.template_state($1, 'geofence_alert', 'en_US') AS v", [.text(page)])
        )[0].optionalString("v")
      }
      let lines = try await system.martlet("page", "templates", "apply", "--all", "--bot", TestSystem.geofenceBot)
      #expect(lines.last == "1 page: 1 changed")
      #expect(try await state() == "pending")
      func review(_ status: JSON) async throws {
        try await system.simulator.call(
          "POST", "/control/review",
          ["page": .string(page), "name": "geofence_alert", "language": "en_US", "status": status])
      }
      try await review("APPROVED")
      try await eventually { try await state() == "approved" }
      try await review("REJECTED")
      try await eventually { try await state() == "rejected" }
      let list = try await system.martlet("page", "templates", "list", "--all")
      #expect(list.contains { $0.contains("geofence_alert") && $0.contains("rejected") })
    }
  }

  @Test("the example bot's profile is applied to a page, and nothing differs then", .timeLimit(.minutes(3)))
  func exampleProfile() async throws {
    try await TestSystem.with { system in
      try await eventually {
        try await system.number("SELECT count(*) AS n FROM martlet.page WHERE token_state = 'live'") == 1
      }
      let bot = TestSystem.geofenceBot
      #expect(try await system.martlet("page", "profile", "apply", "--all", "--bot", bot).last == "1 page: 1 changed")
      #expect(
        try await system.martlet("page", "profile", "plan", "--check", "--all", "--bot", bot).last
          == "1 page: 1 as in the files")
    }
  }
}

extension TestSystem {
  static var geofenceBot: String {
    "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Examples/GeofenceBot"
  }
}
