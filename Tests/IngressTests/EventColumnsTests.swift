import JSON
import JobQueue
import Messenger
import Testing

@testable import Ingress
@testable import Postgres

@Suite("Events as parameters")
struct EventColumnsTests {
  private func batch(_ mids: [String]) throws -> EventBatch {
    let items = mids.map {
      #"{"sender":{"id":"7"},"recipient":{"id":"1"},"timestamp":5,"message":{"mid":"\#($0)","text":"hi"}}"#
    }
    let optIn = #"{"sender":{"id":"8"},"recipient":{"id":"1"},"timestamp":6,"optin":{"ref":"x"}}"#
    let body = #"{"object":"page","entry":[{"id":"1","messaging":[\#((items + [optIn]).joined(separator: ","))]}]}"#
    return EventBatch(
      try Webhook.events(in: try JSON(parsing: body)), app: "42", trace: nil,
      rules: ContactRules(ownApps: ["42"], takeover: .seconds(60)))
  }

  @Test("what requests wrote for themselves and joined is what one request with all of it would have written")
  func joining() throws {
    let batches = [try batch(["a", "b"]), try batch([]), try batch(["c"])]
    let whole = EventBatch(batches.flatMap(\.rows))
    let joined = EventColumns(joining: batches.map(\.columns)).ingest(takeover: .zero)
    #expect(joined.parameters.map(\.value) == whole.columns.ingest(takeover: .zero).parameters.map(\.value))
    // The opt-ins, counted from 1.
    #expect(joined.parameters[12].value == Parameter.bigints([3, 4, 6]).value)
  }

  @Test("the lanes of a few targets are all named; of many, one of each queue is left to stand for the rest")
  func targets() {
    func targets(_ queue: QueueName, _ numbers: Range<Int>) -> Set<QueueTarget> {
      Set(numbers.map { QueueTarget(queue, pageID: "1", person: "\($0)") })
    }
    let few = SharedTargets([targets(.understand, 0..<40), targets(.understand, 20..<64)]).targets
    #expect(few == targets(.understand, 0..<64))
    let many = SharedTargets([targets(.understand, 0..<1000), targets(.receipt, 0..<1000)]).targets
    #expect(many.count < 70)
    #expect(Set(many.map(\.queue)) == [.understand, .receipt])
  }
}
