import Cryptography
import FoundationEssentials
import HTTPClient
import JSON
import LocalFleet
import Synchronization

/// Delivers messages as Meta does: each person's in their order, each body again until it is answered 200 within five
/// seconds. Bodies may be sent several times over, at once or later, to any ingress.
final class MetaSender: Sendable {
  struct Tally: Sendable {
    /// Messages of each person that were acknowledged.
    var messages: [Int] = []
    var statuses: [Int: Int] = [:]
    /// From a request to its answer, whatever it was.
    var slowest = Duration.zero

    var total: Int { messages.reduce(0, +) }
  }

  /// Meta, webhooks: "respond in 5 seconds or less".
  private static let patience = Duration.seconds(5)

  private let system: TestSystem
  private let ingresses: [String]
  private let copies: Int
  private let isDone = Mutex(false)
  private let tally = Mutex(Tally())

  /// - Parameter copies: How often each body is sent.
  init(_ system: TestSystem, to ingresses: [String], copies: Int = 1) {
    self.system = system
    self.ingresses = ingresses
    self.copies = copies
  }

  /// Ends what `run` does, once all that was begun is acknowledged.
  func finish() { isDone.withLock { $0 = true } }

  /// Writes as so many people at once until it is to finish.
  func run(people: Int) async throws -> Tally {
    tally.withLock { $0.messages = Array(repeating: 0, count: people) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for person in 0..<people { group.addTask { try await self.write(as: person) } }
      try await group.waitForAll()
    }
    return tally.withLock { $0 }
  }

  static func mid(_ person: Int, _ number: Int) -> String { "m_\(person)_\(number)" }
  static func psid(_ person: Int) -> String { "\(8000 + person)" }

  private func write(as person: Int) async throws {
    var number = 0
    try await withThrowingTaskGroup(of: Void.self) { stragglers in
      while !isDone.withLock({ $0 }) {
        let count = Int.random(in: 1...4)
        let body = body(of: person, (number..<number + count).map { Self.mid(person, $0) })
        if copies > 1, Bool.random() {
          try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<copies { group.addTask { try await self.deliver(body) } }
            try await group.waitForAll()
          }
        } else {
          try await deliver(body)
          for _ in 1..<max(copies, 1) {
            stragglers.addTask {
              try await Task.sleep(for: .milliseconds(Int.random(in: 0...3000)))
              try await self.deliver(body)
            }
          }
        }
        number += count
        tally.withLock { $0.messages[person] = number }
        // The pace of the load, not a wait for anything.
        try await Task.sleep(for: .milliseconds(Int.random(in: 20...60)))
      }
      try await stragglers.waitForAll()
    }
  }

  private func body(of person: Int, _ mids: [String]) -> [UInt8] {
    let page = JSON.string(system.credentials.pageID)
    let time = JSON(Int64(Date().timeIntervalSince1970 * 1000))
    let events = mids.map { mid -> JSON in
      [
        "sender": ["id": .string(Self.psid(person))], "recipient": ["id": page], "timestamp": time,
        "message": ["mid": .string(mid), "text": "hello"],
      ]
    }
    return JSON.object(["object": "page", "entry": [["id": page, "time": time, "messaging": .array(events)]]]).bytes()
  }

  private func deliver(_ body: [UInt8]) async throws {
    let signature = WebhookSignature.header(for: body, secret: system.credentials.appSecret)
    for failures in 0... {
      let url = try system.fleet.instance(ingresses.randomElement()!).url! + "/webhook"
      let began = ContinuousClock.now
      let status =
        (try? await system.http.send(
          HTTPClientRequest(
            method: "POST", url: url, headers: [("X-Hub-Signature-256", signature)], body: body,
            timeout: Self.patience)))?.status ?? 0
      let took = began.duration(to: .now)
      tally.withLock {
        $0.statuses[status, default: 0] += 1
        $0.slowest = max($0.slowest, took)
      }
      if status == 200 { return }
      // At once, and then less and less often.
      try await Task.sleep(for: min(.milliseconds(50 << min(failures, 6)), .seconds(2)))
    }
  }
}
