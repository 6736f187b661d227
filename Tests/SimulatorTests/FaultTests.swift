import HTTPClient
import JSON
import Testing

@testable import Simulator

@Suite("Faults")
struct FaultTests {
  @Test("a status fault refuses as many calls as it says, with its codes, and nothing is accepted")
  func status() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1"])
      try await site.control(
        "POST", "faults",
        ["on": "messages", "kind": "status", "status": 500, "code": 1, "error_subcode": 99, "count": 2])
      for _ in 1...2 {
        let refused = try await site.send("lost", to: "p1")
        #expect(refused.status == 500)
        #expect(refused.json["error"]?["code"]?.int == 1)
        #expect(refused.json["error"]?["error_subcode"]?.int == 99)
      }
      #expect(try await site.send("kept", to: "p1").status == 200)
      #expect(try await site.texts() == ["kept"])
      #expect(try await site.control("GET", "faults")["faults"] == [])
    }
  }

  @Test("a dropped call is accepted and its connection closed without an answer")
  func drop() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1"])
      try await site.control("POST", "faults", ["on": "messages", "kind": "drop"])
      await #expect { try await site.send("unsure", to: "p1") } throws: {
        ($0 as? HTTPClientError).map { $0.code == .closed && $0.mayHaveBeenSent } ?? false
      }
      #expect(try await site.texts() == ["unsure"])
    }
  }

  @Test("a silent call is accepted and never answered")
  func silence() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1"])
      try await site.control("POST", "faults", ["on": "messages", "kind": "silence"])
      await #expect { try await site.send("unsure", to: "p1", timeout: .seconds(1)) } throws: {
        ($0 as? HTTPClientError).map { $0.code == .timeout && $0.mayHaveBeenSent } ?? false
      }
      #expect(try await site.texts() == ["unsure"])
    }
  }

  @Test("a latency fault comes late and is answered all the same")
  func latency() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1"])
      try await site.control("POST", "faults", ["on": "profile", "kind": "latency", "latency_ms": 60])
      let begun = ContinuousClock.now
      #expect(try await site.call("GET", "/v26.0/p1", token: Site.token).status == 200)
      #expect(begun.duration(to: .now) >= .milliseconds(60))
    }
  }

  @Test("a duplicate fault delivers one event several times, a drop one delivers it again")
  func webhook() async throws {
    try await Site.run { site in
      try await site.control("POST", "faults", ["on": "webhook", "kind": "duplicate", "copies": 3])
      try await site.control("POST", "say", ["psid": "p1", "text": "thrice"])
      try await site.bot.has { $0.count == 3 }
      try await site.control("POST", "faults", ["on": "webhook", "kind": "drop"])
      try await site.control("POST", "say", ["psid": "p1", "text": "twice"])
      try await site.bot.has { $0.count == 5 }
      try await site.control("POST", "say", ["psid": "p1", "text": "once"])
      #expect(site.bot.posts.map(\.text) == ["thrice", "thrice", "thrice", "twice", "twice", "once"])
      #expect(Set(site.bot.events.map { $0["message"]?["mid"] }).count == 3)
    }
  }

  @Test("a fault that lasts ends when cleared; one that makes no sense is refused with the reason")
  func cleared() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1"])
      try await site.control("POST", "faults", ["on": "profile", "kind": "status", "status": 503, "count": -1])
      for _ in 1...3 { #expect(try await site.call("GET", "/v26.0/p1", token: Site.token).status == 503) }
      try await site.control("DELETE", "faults")
      #expect(try await site.call("GET", "/v26.0/p1", token: Site.token).status == 200)
      let refused = try await site.call("POST", "/control/faults", ["on": "webhook", "kind": "silence"])
      #expect(refused.status == 400)
      #expect(refused.json["error"]?.string?.contains("\"kind\"") == true)
    }
  }

  @Test("a probability decides call by call, and a latency comes on top of another kind")
  func chance() throws {
    let faults = Faults()
    try faults.add(Fault(["on": "messages", "kind": "drop", "probability": 0.5, "count": -1]))
    try faults.add(Fault(["on": "messages", "kind": "latency", "latency_ms": 5, "count": -1]))
    #expect(faults.take(.messages) { 0.6 }.kind == nil)
    let both = faults.take(.messages) { 0.4 }
    #expect(both.kind == .drop)
    #expect(both.delay == .milliseconds(5))
    #expect(faults.take(.profile) { 0 }.kind == nil)
  }
}
