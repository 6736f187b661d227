internal import JSON

/// A payload that is not what its queue's contract says: written by a version that this one cannot read.
package struct ContractError: Error, CustomStringConvertible {
  package let queue: String
  package let problem: String

  package var description: String {
    "reading a job of \(queue): \(problem). Bring all services to the same version; the job waits meanwhile."
  }

  static func parse(_ payload: [UInt8], _ queue: String) throws(ContractError) -> JSON {
    do { return try JSON(parsing: payload) } catch { throw ContractError(queue: queue, problem: "\(error)") }
  }
}
