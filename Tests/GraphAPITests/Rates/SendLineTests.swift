import HTTPClient
import Testing

@testable import GraphAPI

@Suite("A page stays below Meta's limits")
struct SendLineTests {
  @Test("of a burst no more than 300 leave in any second, and none is delayed for nothing")
  func text() {
    var world = RateWorld(PageRates())
    world.add(2000, at: 0)
    world.run(until: 9000)
    #expect(world.sent.count == 2000)
    #expect(world.mostInASecond <= 300)
    #expect((6500...7500).contains(world.calls.last ?? 0))
  }

  @Test("who comes back late and all at once does not break the limit, and keeps its place in line")
  func late() {
    var world = RateWorld(PageRates(), lateness: 1000)
    world.add(3000, at: 0)
    world.run(until: 18_000)
    #expect(world.sent.count == 3000)
    #expect(world.mostInASecond <= 300)
    // Nobody overtakes by more than lateness allows.
    let most = world.sent.enumerated().map { abs(Int($1) - 1 - $0) }.max() ?? 0
    #expect(most <= 1000)
  }

  @Test("without lateness the order is kept")
  func order() {
    var world = RateWorld(PageRates())
    world.add(1000, at: 0)
    world.run(until: 5000)
    #expect(world.sent == Array(1...1000))
  }

  @Test("audio and video have a limit of their own, 10 a second")
  func media() {
    let rates = PageRates()
    var videos = RateWorld(rates)
    videos.add(50, at: 0, kind: .audioVideo)
    videos.run(until: 8000)
    #expect(videos.sent.count == 50)
    #expect(videos.mostInASecond <= 10)
    var texts = RateWorld(rates)
    texts.add(15, at: 0)
    texts.run(until: 100)
    #expect(texts.calls == Array(repeating: 0, count: 15))
  }

  @Test("workers share a limit by their count", arguments: [2, 3, 8])
  func shared(workers: Int) {
    let all = (0..<workers).map { _ in PageRates(workers: workers) }
    var worlds = all.map { RateWorld($0) }
    for index in worlds.indices {
      worlds[index].add(1000, at: 0)
      worlds[index].run(until: 10_000)
    }
    let together = worlds.flatMap(\.series.indices).max() ?? 0
    let most = (0...together).map { second in
      worlds.reduce(0) { $0 + ($1.series.indices.contains(second) ? $1.series[second] : 0) }
    }
    #expect((most.max() ?? 0) <= 300)
    // Steadily near the limit, not only below it.
    #expect(most.dropFirst().prefix(2).allSatisfy { $0 >= 270 })
  }

  @Test("a worker that joins makes the others go slower at once")
  func joined() {
    let rates = PageRates()
    var alone = RateWorld(rates)
    alone.add(600, at: 0)
    alone.run(until: 3000)
    rates.share(among: 3)
    var world = RateWorld(rates, page: "2")
    world.add(600, at: 0)
    world.run(until: 8000)
    #expect(world.mostInASecond <= 100)
  }

  @Test("a page at its limit takes nothing from another")
  func pages() {
    let rates = PageRates()
    var full = RateWorld(rates, page: "1", meta: { _, _ in .refused(613) })
    full.add(5000, at: 0)
    full.run(until: 3000)
    var other = RateWorld(rates, page: "2")
    other.add(perSecond: 250, to: 3000)
    other.run(until: 3100)
    #expect(other.sent.count == 750)
    #expect(other.calls.count == 750)
  }

  @Test("whoever never comes back is forgotten")
  func forgotten() {
    let start = ContinuousClock.now
    var line = SendLine(at: start)
    for ticket in 0..<10_000 {
      let now = start.advanced(by: .seconds(ticket / 100 * 100))
      _ = line.ask(Int64(ticket), at: now, Pace(limit: 2, recovered: 2), pausedUntil: nil)
    }
    #expect(line.waiting < 3000)
  }

  @Test("a short wait is waited out, a long one is told")
  func permit() async {
    let rates = PageRates()
    var told = 0
    for ticket in 0..<200 {
      if case .wait(let time) = await rates.permit(page: "1", app: nil, kind: .audioVideo, ticket: Int64(ticket)) {
        told += 1
        #expect(time > .milliseconds(20))
        #expect(time <= .seconds(300))
      }
    }
    #expect(told >= 190)
    for ticket in 0..<40 {
      #expect(await rates.permit(page: "1", app: nil, kind: .text, ticket: Int64(ticket)) == .go)
    }
  }
}
