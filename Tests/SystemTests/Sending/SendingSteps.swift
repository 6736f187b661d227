import ChildProcesses
import FoundationEssentials
import JSON
import LocalFleet
import Postgres
import TestKit

/// What tests of the sender do to a running system.
extension TestSystem {
  /// The command-line tool on this system's database, with its keys; its lines.
  func martlet(_ arguments: String...) async throws -> [String] {
    try await ChildProcess.run(
      ChildCommand(
        Self.executables + "/martlet", arguments,
        environment: [
          "MARTLET_DATABASE_URL": fleet.plan.databaseURL, "MARTLET_KEYS": credentials.keys.serialized(),
          "MARTLET_APPS": credentials.apps.serialized(), "MARTLET_GRAPH_URL": simulator.url + "/v26.0",
        ]))
  }

  /// Sends as the owner's own system does. Returns the message's id.
  @discardableResult
  func send(_ message: JSON, to psid: String, grounds: String = "update") async throws -> String {
    try await database.run(
      Statement(
        "send", "SELECT martlet.send($1, $2, $3::jsonb, grounds => jsonb_build_object('kind', $4::text))::text AS id",
        [.text(credentials.pageID), .text(psid), .text(message.serialized()), .text(grounds)]))[0].string("id")
  }

  func state(of message: String) async throws -> String? {
    try await database.run(
      Statement("state", "SELECT state FROM martlet.message WHERE id = $1::uuid", [.text(message)])
    ).first?.string("state")
  }

  /// Everybody writes, so that their windows are open, and is answered.
  func open(_ psids: [String]) async throws {
    for psid in psids { _ = try await simulator.say("ping open", psid: psid, waiting: .seconds(20)) }
  }

  func setRule(_ rule: String) async throws {
    try await database.run(Statement("rule", "UPDATE martlet.page SET unknown_rule = $1", [.text(rule)]))
  }

  func setReceipts(echoes: Bool, deliveries: Bool) async throws {
    try await simulator.call(
      "PUT", "/control/receipts", ["echoes": .bool(echoes), "deliveries": .bool(deliveries), "reads": .bool(false)])
  }

  /// The page may not read its conversations, so that nothing but receipts can tell.
  func closeConversations() async throws {
    try await simulator.call("PUT", "/control/pages", ["lacks": ["pages_read_engagement"]])
  }

  func clearFaults() async throws { try await simulator.call("DELETE", "/control/faults") }

  /// Every text that reached anybody, by person, in order.
  func received() async throws -> [String: [String]] {
    let ledger = try await simulator.call("GET", "/control/ledger", limit: .seconds(30))
    return (ledger["messages"]?.array ?? []).reduce(into: [:]) { texts, message in
      guard let psid = message["psid"]?.string, let text = message["text"]?.string else { return }
      texts[psid, default: []].append(text)
    }
  }

  func lines(of instance: String, saying message: String) throws -> [FleetLine] {
    try fleet.instance(instance).lines.filter { $0.record?["message"]?.string == message }
  }
}
