import HTTPClient
import JSON

@testable import GraphAPI

/// Many messages of one page, and Meta's answers to them, in a time of its own: a step is a millisecond.
struct RateWorld {
  typealias Instant = ContinuousClock.Instant

  /// One message that is to be sent.
  private enum Step {
    case ask(ticket: Int64, kind: SendKind)
    case answer(ticket: Int64, kind: SendKind, HTTPClientResponse, calledAt: Instant)
  }

  let rates: [PageRates]
  let page: String
  /// What Meta says to a call, from the time in milliseconds and the calls of the last second, this one included.
  let meta: (_ time: Int, _ lastSecond: Int) -> HTTPClientResponse
  /// How late a message that was told to wait may come back, at most, in milliseconds.
  var lateness = 0
  /// How long Meta takes for an answer, in milliseconds.
  var latency = 50

  private let start = ContinuousClock.now
  private var agenda: [Int: [Step]] = [:]
  private var nextTicket: Int64 = 0
  private var random = SystemRandomNumberGenerator()
  /// When each call left, in milliseconds.
  private(set) var calls: [Int] = []
  private var firstInSecond = 0
  private(set) var refusals = 0
  /// Tickets in the order in which their messages were taken.
  private(set) var sent: [Int64] = []

  init(
    _ rates: PageRates..., page: String = "1", lateness: Int = 0,
    meta: @escaping (_ time: Int, _ lastSecond: Int) -> HTTPClientResponse = { _, _ in .taken }
  ) {
    self.rates = rates
    self.page = page
    self.meta = meta
    self.lateness = lateness
  }

  private func instant(_ time: Int) -> Instant { start.advanced(by: .milliseconds(time)) }

  /// Messages that come up at a time, in milliseconds.
  mutating func add(_ count: Int, at time: Int, kind: SendKind = .text) {
    for _ in 0..<count {
      nextTicket += 1
      agenda[time, default: []].append(.ask(ticket: nextTicket, kind: kind))
    }
  }

  /// A steady load.
  mutating func add(perSecond: Int, from: Int = 0, to end: Int) {
    for time in from..<end { add((time + 1) * perSecond / 1000 - time * perSecond / 1000, at: time) }
  }

  mutating func run(until end: Int) {
    for time in 0..<end {
      for step in agenda.removeValue(forKey: time) ?? [] { take(step, time) }
    }
  }

  private mutating func take(_ step: Step, _ time: Int) {
    switch step {
    case .ask(let ticket, let kind):
      let rates = rates[Int(ticket) % rates.count]
      let wait = rates.ask(page: page, app: "app", kind: kind, ticket: ticket, at: instant(time))
      guard wait > .zero else { return call(ticket, kind, time) }
      let late = lateness > 0 ? Int.random(in: 0...lateness, using: &random) : 0
      let back = time + max(1, Int((wait / .milliseconds(1)).rounded(.up))) + late
      agenda[back, default: []].append(step)
    case .answer(let ticket, let kind, let response, let calledAt):
      let error = SendOutcome(response).error
      rates[Int(ticket) % rates.count].learned(
        page: page, usage: UsageHeaders(response, page: page), refusal: error, calledAt: calledAt, at: instant(time))
      if error == nil {
        sent.append(ticket)
      } else {
        refusals += 1
        take(.ask(ticket: ticket, kind: kind), time)
      }
    }
  }

  private mutating func call(_ ticket: Int64, _ kind: SendKind, _ time: Int) {
    calls.append(time)
    let response = meta(time, callsInSecond(before: time))
    agenda[time + latency, default: []].append(.answer(ticket: ticket, kind: kind, response, calledAt: instant(time)))
  }

  /// This one included.
  private mutating func callsInSecond(before time: Int) -> Int {
    while calls[firstInSecond] <= time - 1000 { firstInSecond += 1 }
    return calls.count - firstInSecond
  }

  /// The most calls that left in any one second.
  var mostInASecond: Int {
    var first = 0
    return calls.indices.reduce(into: 0) { most, last in
      while calls[last] - calls[first] >= 1000 { first += 1 }
      most = max(most, last - first + 1)
    }
  }

  /// Calls by second.
  var series: [Int] {
    calls.reduce(into: Array(repeating: 0, count: (calls.last ?? 0) / 1000 + 1)) { $0[$1 / 1000] += 1 }
  }
}

extension HTTPClientResponse {
  static let taken = HTTPClientResponse(status: 200, body: Array(#"{"recipient_id":"U","message_id":"m"}"#.utf8))

  static func refused(_ code: Int, headers: [(String, String)] = []) -> HTTPClientResponse {
    HTTPClientResponse(
      status: 400, headers: headers, body: Array(#"{"error":{"message":"words","code":\#(code)}}"#.utf8))
  }

  /// With `X-Business-Use-Case-Usage` of page 1.
  func using(_ percent: Int, regainMinutes: Int = 0) -> HTTPClientResponse {
    var response = self
    response.headers.append(
      (
        "X-Business-Use-Case-Usage",
        #"{"1":[{"type":"messenger","call_count":\#(percent),"total_time":3,"total_cputime":2,"#
          + #""estimated_time_to_regain_access":\#(regainMinutes)}]}"#
      ))
    return response
  }
}
