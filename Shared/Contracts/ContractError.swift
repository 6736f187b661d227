internal import JSON
package import Messenger

/// A payload that is not what its queue's contract says: written by a version that this one cannot read.
package struct ContractError: Error, CustomStringConvertible {
  package let queue: String
  package let problem: String
  /// The message that no version will ever send, because it breaks a rule of Meta's.
  package private(set) var refused: (messageID: String, cause: MessengerError)?

  init(queue: String, problem: String) {
    (self.queue, self.problem) = (queue, problem)
  }

  init(queue: String, refused messageID: String, _ cause: MessengerError) {
    self.init(queue: queue, problem: "\(cause)")
    if [.breaksLimit, .unlawful].contains(cause.code) { refused = (messageID, cause) }
  }

  package var description: String {
    "reading a job of \(queue): \(problem). Bring all services to the same version; the job waits meanwhile."
  }

  static func parse(_ payload: [UInt8], _ queue: String) throws(ContractError) -> JSON {
    do { return try JSON(parsing: payload) } catch { throw ContractError(queue: queue, problem: "\(error)") }
  }
}
