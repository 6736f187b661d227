import LocalFleet
import Postgres

/// One ingress bench's size and terms; the same for ingress, the ceiling and the bare server.
struct IngressBenchSetup: Sendable {
  /// Events a request, a run each.
  var eventsPerRequest: [Int]
  /// Events of a run of more than one event a request, and of the ceiling.
  var events: Int
  /// Requests of a run of one event a request, and of the bare server.
  var requests: Int
  var connections: Int
  /// Who writes: each event is one of theirs.
  var people: Int
  /// Events of each open loop; 0 leaves it out.
  var offered: Int
  /// How long the open loop offers them.
  var span: Duration
  /// The ceiling's connections: as many as ingress commits over at once.
  var writers: Int
  /// The ceiling's events a transaction.
  var batch: Int

  let credentials = FleetCredentials.random()

  func requests(of eventsPerRequest: Int) -> Int {
    eventsPerRequest == 1 ? requests : max(1, events / eventsPerRequest)
  }

  /// - Parameter series: Tells the runs' message ids apart.
  func event(_ number: Int, series: UInt64) -> BenchEvent {
    BenchEvent(number: number, series: series, people: people, pageID: credentials.pageID)
  }

  /// Requests that no other load of this bench repeats.
  func load(requests: Int, eventsPerRequest: Int, series: UInt64) -> WebhookLoad {
    WebhookLoad(
      requests: requests, eventsPerRequest: eventsPerRequest, appID: credentials.appID,
      pageID: credentials.pageID, secret: credentials.appSecret
    ) { event($0, series: series) }
  }
}
