import JSON
import JobQueue

/// What a job of the chaos suite says of itself.
struct ChaosJob: Sendable {
  static let page = "chaos"

  enum Mood: String, Sendable, CaseIterable {
    case plain
    /// Fails now and then, and is tried again.
    case flaky
    /// Fails always: it belongs to the dead letters.
    case doomed
    /// Parks once for a short time.
    case delayed
    /// Parks until the parent has told something and ended the wait.
    case profile
    /// Takes a while before it acts.
    case slow
    /// Takes a while between acting and being stored.
    case lingering
    /// Runs for longer than a lease.
    case long
  }

  let number: Int
  let mood: Mood

  init(number: Int, mood: Mood) {
    self.number = number
    self.mood = mood
  }

  init?(payload: [UInt8]) {
    guard let json = try? JSON(parsing: payload), let number = json["n"]?.int,
      let mood = json["mood"]?.string.flatMap(Mood.init(rawValue:))
    else { return nil }
    self.init(number: number, mood: mood)
  }

  func newJob(for person: String) -> NewJob {
    NewJob(
      Self.target(person), kind: "chaos", version: 1, trace: nil,
      payload: "{\"n\":\(number),\"mood\":\"\(mood.rawValue)\"}")
  }

  static func target(_ person: String) -> QueueTarget { QueueTarget(.understand, pageID: page, person: person) }
}
