import ChildProcesses
import JSON
import LocalFleet
import Postgres
import TestKit
import Testing

@testable import CLI

@Suite("`martlet page profile` from end to end")
struct ProfileCommandTests {
  private static let file = """
    get_started: start
    greeting: {default: Hello!}
    persistent_menu: {default: [{title: Vans, payload: VANS}]}
    """

  @Test("plan shows what differs and changes nothing, apply sends it once, and then nothing differs")
  func apply() async throws {
    try await PageSite.with { site in
      let page = site.pages[0]
      try site.write(Self.file)
      let planned = try await site.run("profile", "plan", "--page", page)
      #expect(planned.exit == .code(0))
      #expect(planned.lines.contains("page \(page): get_started, greeting, persistent_menu differ"))
      #expect(planned.lines.contains("  + greeting"))
      #expect(planned.lines.contains("      + default: Hello!"))
      #expect(try await site.profile(page) == [:])
      #expect(try await site.run("profile", "plan", "--page", page, "--check").exit == .code(1))

      let applied = try await site.run("profile", "apply", "--page", page)
      #expect(applied.exit == .code(0))
      #expect(applied.lines.last == "1 page: 1 changed")
      let found = try await site.profile(page)
      #expect(found["greeting"] == [["locale": "default", "text": "Hello!"]])
      #expect(found["get_started"] == ["payload": "start"])
      // Two plans, and apply with its look: 4 calls, one of them a change.
      #expect(try await site.calls(page) == 4)

      let again = try await site.run("profile", "apply", "--page", page)
      #expect(again.lines == ["page \(page): as in the file", "1 page: 1 as in the files"])
      #expect(try await site.calls(page) == 5)
      #expect(try await site.run("profile", "plan", "--page", page, "--check").exit == .code(0))
    }
  }

  @Test("drift at Meta is found, and only that is sent; none takes away; what the file does not name stays")
  func drift() async throws {
    try await PageSite.with { site in
      let page = site.pages[0]
      try await site.graph(
        "POST", "\(page)/messenger_profile", page,
        [
          "get_started": ["payload": "start"], "greeting": [["locale": "default", "text": "Changed by hand"]],
          "account_linking_url": "https://a.example",
          "ice_breakers": [["question": "Where?", "payload": "WHERE"]],
        ])
      try site.write("get_started: start\ngreeting: {default: Hello!}\nice_breakers: none")
      let planned = try await site.run("profile", "plan", "--page", page, "--check")
      #expect(planned.exit == .code(1))
      #expect(planned.lines.contains("      - default: Changed by hand"))
      #expect(planned.lines.contains("  - ice_breakers"))
      #expect(planned.text.contains("account_linking_url: at Meta and not in the file"))
      _ = try await site.run("profile", "apply", "--page", page)
      let found = try await site.profile(page)
      #expect(found["greeting"] == [["locale": "default", "text": "Hello!"]])
      #expect(found["ice_breakers"] == nil)
      #expect(found["account_linking_url"] == "https://a.example")
    }
  }

  @Test("runs keep Meta's limit together: at the tenth call the page says when to come again, and another page goes on")
  func limit() async throws {
    try await PageSite.with(pages: 2) { site in
      try site.write(Self.file)
      for _ in 0..<5 {
        #expect(try await site.run("profile", "plan", "--all").exit == .code(0))
      }
      // Five calls more of one page, by another run, at about the same time.
      for _ in 0..<5 { _ = try await site.run("profile", "plan", "--page", site.pages[0]) }
      let late = try await site.run("profile", "apply", "--all", "--no-wait")
      #expect(late.exit == .code(2))
      #expect(late.lines[0].hasPrefix("page \(site.pages[0]): 10 calls went out in 10 minutes"))
      #expect(late.lines[0].contains("come again in "))
      #expect(late.lines.last == "2 pages: 1 changed, 1 failed")
      #expect(try await site.profile(site.pages[1])["get_started"] == ["payload": "start"])
      // Ten minutes later.
      try await site.database.pool.run(
        Statement("later", "UPDATE martlet.page_profile_call SET at = at - interval '11 minutes'"))
      try await site.simulator.call("PUT", "/control/rates", ["profile_per_ten_minutes": 100])
      #expect(try await site.run("profile", "apply", "--all", "--no-wait").exit == .code(0))
      #expect(try await site.profile(site.pages[0])["get_started"] == ["payload": "start"])
    }
  }

  @Test("where somebody else used up the limit, Meta's refusal is remembered and nobody calls in vain")
  func refused() async throws {
    try await PageSite.with { site in
      let page = site.pages[0]
      try site.write(Self.file)
      for _ in 0..<10 { _ = try await site.profile(page) }
      let first = try await site.run("profile", "plan", "--page", page)
      #expect(first.exit == .code(2))
      #expect(first.text.contains("613"))
      let second = try await site.run("profile", "plan", "--page", page)
      #expect(second.text.contains("come again in "))
      #expect(try await site.calls(page) == 1)
    }
  }

  @Test("a hundred pages are made alike in one run, and a page without a token fails alone")
  func hundred() async throws {
    try await PageSite.with(pages: 100) { site in
      try site.write(Self.file)
      try await site.database.pool.run(
        Statement("dead", "UPDATE martlet.page SET token_state = 'dead' WHERE page_id = 'p1042'"))
      let run = try await site.run("profile", "apply", "--all")
      #expect(run.exit == .code(2))
      #expect(run.lines.last == "100 pages: 99 changed, 1 failed")
      #expect(run.text.contains("page p1042: it has no token that lives"))
      let told = run.lines.filter { $0.hasPrefix("page ") }.map { $0.split(separator: ":")[0] }
      #expect(told == told.sorted())
      #expect(try await site.profile("p1100")["greeting"] == [["locale": "default", "text": "Hello!"]])
      #expect(try await site.calls("p1100") == 2)
    }
  }

  @Test("killed before its first, second and third call, and while Meta is at it: the next run does the rest")
  func killed() async throws {
    try await PageSite.with(pages: 3) { site in
      try site.write(Self.file + "\naccount_linking_url: none")
      for calls in 1...3 {
        // Each on a page of its own: what a killed one had under way still reaches Meta a little later.
        let page = site.pages[calls - 1]
        try await site.graph(
          "POST", "\(page)/messenger_profile", page,
          ["account_linking_url": "https://a.example", "greeting": [["locale": "default", "text": "old"]]])
        try await site.simulator.call(
          "POST", "/control/faults", ["on": "messenger_profile", "kind": "latency", "latency_ms": 200, "count": -1])
        let child = try await site.start("profile", "apply", "--page", page)
        // Each call stands in the table before it is made.
        try await eventually { try await site.calls(page) >= calls }
        child.signal(.kill)
        _ = await child.exit
        try await site.simulator.call("DELETE", "/control/faults")
        #expect(try await site.run("profile", "apply", "--page", page).exit == .code(0))
        let found = try await site.profile(page)
        #expect(found["account_linking_url"] == nil)
        #expect(found["greeting"] == [["locale": "default", "text": "Hello!"]])
      }
    }
  }

  @Test("pull writes what Meta has, a file that is there only by force, and the plan is empty then")
  func pull() async throws {
    try await PageSite.with { site in
      let page = site.pages[0]
      try await site.graph(
        "POST", "\(page)/messenger_profile", page,
        [
          "get_started": ["payload": "start"],
          "persistent_menu": [
            [
              "locale": "default", "composer_input_disabled": true,
              "call_to_actions": [["type": "web_url", "title": "Map", "url": "https://fleet.example/map"]],
            ]
          ],
        ])
      #expect(try await site.run("profile", "pull", "--page", page).exit == .code(0))
      #expect(try site.read().contains("composer_input_disabled: true"))
      #expect(try await site.run("profile", "plan", "--page", page, "--check").exit == .code(0))
      let second = try await site.run("profile", "pull", "--page", page)
      #expect(second.exit != .code(0))
      #expect(second.text.contains("--force"))
      #expect(try await site.run("profile", "pull", "--page", page, "--force").exit == .code(0))
    }
  }

  @Test("a file with mistakes is refused with all of them, before any call")
  func mistakes() async throws {
    try await PageSite.with { site in
      try site.write("greeting: {de_DE: Hallo}\nmenu: {}")
      let run = try await site.run("profile", "apply", "--all")
      #expect(run.exit != .code(0))
      #expect(run.text.contains("profile.yaml:1: greeting has nothing for the locale default. Add it."))
      #expect(run.text.contains("profile.yaml:2: menu is none of"))
      #expect(try await site.calls(site.pages[0]) == 0)
      #expect(try await site.run("profile", "plan").text.contains("--page"))
    }
  }

  @Test(
    "no token is ever printed",
    arguments: [["profile", "plan", "--all"], ["templates", "list", "--all", "--refresh"]])
  func secrets(arguments: [String]) async throws {
    try await PageSite.with { site in
      try site.write(Self.file)
      try await site.simulator.call(
        "POST", "/control/faults", ["on": "messenger_profile", "kind": "status", "status": 400, "code": 190])
      try await site.simulator.call(
        "POST", "/control/faults", ["on": "message_templates", "kind": "status", "status": 400, "code": 190])
      let run = try await site.run(arguments[0], arguments[1], arguments[2])
      #expect(!run.text.contains("token-p"))
    }
  }
}
