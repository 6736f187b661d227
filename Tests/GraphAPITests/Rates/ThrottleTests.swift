import HTTPClient
import Testing

@testable import GraphAPI

@Suite("What Meta says of its limits slows a page, and the page recovers")
struct ThrottleTests {
  private func show(_ what: String, _ series: [Int]) {
    print("calls a second, \(what): \(series.map { "\($0)" }.joined(separator: " "))")
  }

  @Test("refusals with 613 make calls fall below what Meta takes, and come back when it takes more")
  func refusals() {
    // Meta takes 100 a second for 25 s, then everything.
    var world = RateWorld(PageRates(), meta: { $0 < 25_000 && $1 > 100 ? .refused(613) : .taken })
    world.add(perSecond: 260, to: 40_000)
    world.run(until: 100_000)
    show("613 above 100/s until 25 s", world.series)
    let limited = world.series[5..<25]
    #expect(limited.reduce(0, +) / limited.count <= 100)
    #expect(limited.reduce(0, +) / limited.count >= 35)
    #expect(world.refusals < world.calls.count / 20)
    let free = world.series[55..<65]
    #expect(free.reduce(0, +) / free.count >= 250)
    #expect(world.sent.count == 260 * 40)
  }

  @Test("from 75 % of use on calls become fewer, in step with the use")
  func use() {
    // Rises from 50 % to 99 % in 30 s, then is 20 %.
    var world = RateWorld(PageRates(), meta: { time, _ in .taken.using(time < 30_000 ? 50 + time * 49 / 30_000 : 20) })
    world.add(perSecond: 280, to: 30_000)
    world.run(until: 80_000)
    show("use rises from 50 % to 99 % until 30 s, then is 20 %", world.series)
    #expect(world.series[5..<15].allSatisfy { $0 >= 270 })
    #expect((170...250).contains(world.series[20]))
    #expect((30...100).contains(world.series[28]))
    #expect(world.sent.count == 280 * 30)
    #expect((world.calls.last ?? .max) < 60_000)
  }

  @Test("at 100 % nothing is called for as long as Meta says; then calls come back slowly")
  func regain() {
    var world = RateWorld(
      PageRates(),
      meta: { time, _ in
        (5000..<5100).contains(time) ? .refused(80006).using(100, regainMinutes: 1) : .taken.using(30)
      })
    world.add(perSecond: 100, to: 90_000)
    world.run(until: 130_000)
    show("80006 at 5 s, access again after 1 minute", world.series)
    #expect(world.series[6..<65].allSatisfy { $0 == 0 })
    #expect((1...160).contains(world.series[66]))
    let free = world.series[86..<92]
    #expect(free.reduce(0, +) / free.count >= 150)
    #expect(world.sent.count == 100 * 90)
  }

  @Test("calls that were under way together slow a page down once")
  func together() {
    var throttle = Throttle()
    let start = ContinuousClock.now
    for index in 0..<64 {
      throttle.refused(wait: nil, calledAt: start, at: start.advanced(by: .milliseconds(50 + index)))
    }
    let after = start.advanced(by: .milliseconds(1051))
    #expect(!throttle.isPaused(at: after))
    #expect(throttle.share(at: after) >= 0.5)
  }

  @Test("a pause that was too short is doubled; a later refusal begins anew")
  func pauses() {
    var throttle = Throttle()
    var now = ContinuousClock.now
    var pauses: [Double] = []
    for _ in 0..<4 {
      throttle.refused(wait: nil, calledAt: now, at: now)
      pauses.append(now.duration(to: throttle.pausedUntil ?? now) / .seconds(1))
      now = throttle.pausedUntil ?? now
    }
    #expect(pauses == [1, 2, 4, 8])
    now = now.advanced(by: .seconds(30))
    throttle.refused(wait: nil, calledAt: now, at: now)
    #expect(throttle.pausedUntil == now.advanced(by: .seconds(1)))
  }

  @Test("what is said of the app slows all its pages, and no others")
  func app() {
    let rates = PageRates()
    let now = ContinuousClock.now
    for (page, app) in [("1", "a"), ("2", "a"), ("3", "b")] {
      #expect(rates.ask(page: page, app: app, kind: .text, ticket: 1, at: now) == .zero)
    }
    let refusal = SendOutcome(.refused(4, headers: [("Retry-After", "60")])).error
    rates.learned(page: "1", usage: UsageHeaders(), refusal: refusal, calledAt: now, at: now)
    #expect(rates.ask(page: "1", app: "a", kind: .text, ticket: 2, at: now) >= .seconds(60))
    #expect(rates.ask(page: "2", app: "a", kind: .text, ticket: 2, at: now) >= .seconds(60))
    #expect(rates.ask(page: "3", app: "b", kind: .text, ticket: 2, at: now) == .zero)
    let slowed = [0, 61, 90].map { rates.slowed(at: now.advanced(by: .seconds($0))) }
    #expect(slowed.map(\.paused) == [2, 0, 0])
    #expect(slowed.map(\.slower) == [0, 2, 0])
  }

  @Test("a block of the page pauses it for an hour; an error of one person does not touch it")
  func blocks() {
    let rates = PageRates()
    let now = ContinuousClock.now
    for code in [100, 190, 551, 1] {
      rates.learned(
        page: "1", usage: UsageHeaders(), refusal: SendOutcome(.refused(code)).error, calledAt: now, at: now)
    }
    #expect(rates.ask(page: "1", app: nil, kind: .text, ticket: 1, at: now) == .zero)
    rates.learned(page: "1", usage: UsageHeaders(), refusal: SendOutcome(.refused(368)).error, calledAt: now, at: now)
    #expect(rates.ask(page: "1", app: nil, kind: .text, ticket: 2, at: now) >= .seconds(3600))
  }
}
