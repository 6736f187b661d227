import JSON
import PageProfile
import Testing

@testable import Simulator

/// Our limits on a profile beside the simulator's own copy of Meta's: below, at and above each.
@Suite("Our reading of a profile and the simulator's")
struct ProfileAgreementTests {
  /// A file in which one limit is used as far as `count`, and the same as Meta would get it.
  private struct Case: Sendable {
    let limit: ProfileLimit
    let property: ProfileProperty
    let file: @Sendable (Int) -> String
    let call: @Sendable (Int) -> JSON
  }

  private static func text(_ count: Int) -> String { String(repeating: "x", count: count) }

  private static func lines(_ count: Int, _ item: (Int) -> String) -> String {
    (0..<count).map(item).joined(separator: ", ")
  }

  private static func localized(_ name: String, _ items: [JSON]) -> JSON {
    [["locale": "default", name: .array(items)]]
  }

  private static let cases: [Case] = [
    Case(limit: .getStarted, property: .getStarted) {
      "get_started: '\(text($0))'"
    } call: {
      ["payload": .string(text($0))]
    },
    Case(limit: .greeting, property: .greeting) {
      "greeting: {default: '\(text($0))'}"
    } call: {
      [["locale": "default", "text": .string(text($0))]]
    },
    Case(limit: .menuItems, property: .persistentMenu) {
      "persistent_menu: {default: [\(lines($0) { _ in "{title: a, payload: b}" })]}"
    } call: {
      localized("call_to_actions", (0..<$0).map { _ in ["type": "postback", "title": "a", "payload": "b"] })
    },
    Case(limit: .menuTitle, property: .persistentMenu) {
      "persistent_menu: {default: [{title: '\(text($0))', payload: b}]}"
    } call: {
      localized("call_to_actions", [["type": "postback", "title": .string(text($0)), "payload": "b"]])
    },
    Case(limit: .menuPayload, property: .persistentMenu) {
      "persistent_menu: {default: [{title: a, payload: '\(text($0))'}]}"
    } call: {
      localized("call_to_actions", [["type": "postback", "title": "a", "payload": .string(text($0))]])
    },
    Case(limit: .iceBreakers, property: .iceBreakers) {
      "ice_breakers: {default: [\(lines($0) { _ in "{question: a, payload: b}" })]}"
    } call: {
      localized("call_to_actions", (0..<$0).map { _ in ["question": "a", "payload": "b"] })
    },
    Case(limit: .iceBreakerPayload, property: .iceBreakers) {
      "ice_breakers: {default: [{question: a, payload: '\(text($0))'}]}"
    } call: {
      localized("call_to_actions", [["question": "a", "payload": .string(text($0))]])
    },
    Case(limit: .commands, property: .commands) {
      "commands: {default: [\(lines($0) { "{name: a\($0), description: b}" })]}"
    } call: {
      localized("commands", (0..<$0).map { ["name": .string("a\($0)"), "description": "b"] })
    },
    Case(limit: .commandName, property: .commands) {
      "commands: {default: [{name: '\(text($0))', description: b}]}"
    } call: {
      localized("commands", [["name": .string(text($0)), "description": "b"]])
    },
    Case(limit: .commandDescription, property: .commands) {
      "commands: {default: [{name: a, description: '\(text($0))'}]}"
    } call: {
      localized("commands", [["name": "a", "description": .string(text($0))]])
    },
    Case(limit: .domains, property: .whitelistedDomains) {
      "whitelisted_domains: [\(lines($0) { "https://a\($0).example" })]"
    } call: {
      .array((0..<$0).map { .string("https://a\($0).example") })
    },
  ]

  @Test("the limits of a profile are the same in both tables, at, below and above each edge")
  func edges() {
    #expect(Set(Self.cases.map(\.limit)).count == 11)
    for example in Self.cases {
      let range = example.limit.row.range
      for count in [range.lowerBound - 1, range.lowerBound, range.upperBound, range.upperBound + 1] {
        let isInside = range.contains(count)
        let isRead = (try? PageProfile(yaml: example.file(count))) != nil
        #expect(isRead == isInside, "\(example.limit): \(count)")
        // Meta takes an empty list of domains; a file says "none".
        if example.limit == .domains, count == 0 { continue }
        let isTaken = (try? ProfileShape.check(example.property.rawValue, example.call(count))) != nil
        #expect(isTaken == isInside, "\(example.limit): \(count) at the simulator")
      }
    }
  }

  @Test("what the reader makes of a file is what is sent, and the simulator takes it")
  func sent() throws {
    for example in Self.cases {
      let profile = try PageProfile(yaml: example.file(example.limit.row.range.upperBound))
      guard case .set(let value)? = profile[example.property] else {
        Issue.record("\(example.limit) is not read")
        continue
      }
      #expect(throws: Never.self) { try ProfileShape.check(example.property.rawValue, value) }
    }
  }
}
