import HTTPClient
import JSON
import LocalFleet
import Postgres
import TestKit
import Testing

extension SystemTests {
  @Suite("The vehicle leaves home at 3 am")
  struct GeofenceTests {
    private static let psid = "7900000000000011"
    private static let utility: JSON = [
      "template": [
        "name": "left_home", "language": ["code": "en"],
        "components": [["type": "body", "parameters": [["type": "text", "text": "Van 7"]]]],
      ]
    ]

    @Test(
      "40 hours after the window closed a utility template goes out; the same as free text makes no call, and says what to do",
      .timeLimit(.minutes(2)))
    func leaves() async throws {
      try await TestSystem.with { system in
        try await system.approve(template: "left_home")
        try await system.open([Self.psid])
        try await system.age(Self.psid, hours: 64)
        let text = try await system.send(["text": "Van 7 has left home."], to: Self.psid)
        try await eventually { try await system.state(of: text) == "too_late" }
        #expect(try await system.received(by: Self.psid).count == 1)
        #expect(try await system.number("SELECT count(*) AS n FROM martlet.send_attempt") == 1)
        let status = try await system.martlet("send", "status", text)
        #expect(status.contains { $0.hasPrefix("state") && $0.contains("too_late") })
        #expect(status.contains { $0.hasPrefix("because") && $0.contains("64 hours ago") })
        #expect(status.contains { $0.hasPrefix("do") && $0.contains("utility template") })
        #expect(status.allSatisfy { !$0.contains("Van 7") })

        let alarm = try await system.send(Self.utility, to: Self.psid, grounds: "utility")
        try await eventually { ["sent", "delivered", "read"].contains(try await system.state(of: alarm)) }
        #expect(try await system.number("SELECT count(*) AS n FROM martlet.send_outcome WHERE state = 'refused'") == 0)
      }
    }
  }
}

extension TestSystem {
  /// A template of the page's that Meta has approved, with one gap.
  fileprivate func approve(template: String) async throws {
    try await simulator.call("PUT", "/control/pages", ["review": "at_once"])
    let body: JSON = [
      "name": .string(template), "language": "en", "category": "UTILITY",
      "components": [
        ["type": "BODY", "text": "{{1}} has left home.", "example": ["body_text": [["Van 7"]]]]
      ],
    ]
    var request = HTTPClientRequest(
      method: "POST", url: simulator.url + "/v26.0/\(credentials.pageID)/message_templates",
      headers: [("Authorization", "Bearer \(credentials.pageToken)"), ("Content-Type", "application/json")])
    request.body = body.bytes()
    #expect(try await http.send(request).status == 200)
  }

  /// The person's last act was so long ago, here and at Meta.
  fileprivate func age(_ psid: String, hours: Int) async throws {
    try await database.run(
      Statement(
        "age", "UPDATE martlet.contact SET last_in_at = clock_timestamp() - $2 * interval '1 h' WHERE person = $1",
        [.text(psid), .int(hours)]))
    try await simulator.call(
      "POST", "/control/people", ["psid": .string(psid), "wrote_ms_ago": JSON(hours * 3_600_000)])
  }
}
