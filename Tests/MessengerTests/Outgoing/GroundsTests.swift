import JSON
import MessageSamples
import Messenger
import Testing

@Suite("Grounds as JSON")
struct GroundsTests {
  @Test("come back as they were")
  func roundTrip() throws {
    for grounds in Samples.grounds { #expect(try Grounds(json: grounds.json) == grounds) }
    #expect(Grounds.humanAgent(OperatorKey(checked: "key-7")).json == ["kind": "human_agent", "operator": "key-7"])
  }

  @Test("are refused where nobody stands for them, or nobody knows them")
  func refused() {
    #expect(throws: Breach(.noOperator)) { try Grounds(json: ["kind": "human_agent"]) }
    #expect(throws: Breach(.noOperator)) { try Grounds(json: ["kind": "human_agent", "operator": ""]) }
    #expect(throws: Breach(.unknownGrounds)) { try Grounds(json: ["kind": "because"]) }
    #expect(throws: Breach(.unknownGrounds)) { try Grounds(json: nil) }
    #expect(throws: Breach.self) { try Grounds(json: ["kind": "tag", "tag": "ACCOUNT_UPDATE"]) }
  }
}
