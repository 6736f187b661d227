import Access
import Hummingbird
import Postgres
import ServiceKit

extension Problem {
  static let noKey = Problem(
    .noKey, "The request carries no key, or one that is unknown or revoked",
    remedy: "Send 'Authorization: Bearer martlet_…' with a key that `martlet key create` made.")

  static let unavailable = Problem(
    .unavailable, "PostgreSQL does not answer; whether the request was stored is open",
    remedy: "Ask again in a second with the same Idempotency-Key: it finds out. Without one, it may be done twice.")

  static func forbidden(_ right: APIRight, page: Bool = true) -> Problem {
    Problem(
      .forbidden, "The key lacks the right \(right.rawValue)" + (page ? " on this page" : ""),
      remedy: "Use a key with this right, or let an operator make one: martlet key create --right \(right.rawValue)")
  }

  static let noBroadcast = Problem(
    .notFound, "No broadcast has this id on the pages of this key", remedy: "Use the id that POST /v1/broadcasts gave.")

  static let noMessage = Problem(
    .notFound, "No message has this id on the pages of this key", remedy: "Use the id that POST /v1/messages gave.")

  static let unknownPage = Problem(
    .unknownPage, "No page with this id is connected", field: "page",
    remedy: "Connect it with MARTLET_PAGES, or name another one.")

  static let keyReused = Problem(
    .keyReused, "This idempotency key came with another request within the last 24 hours", field: "Idempotency-Key",
    remedy: "Take a new key for each new request, and the same one only to repeat a request as it was.")

  static func missing(_ field: String, _ remedy: String) -> Problem {
    Problem(.missingField, "\(field) is missing", field: field, remedy: remedy)
  }

  static func invalid(_ field: String, _ problem: String, _ remedy: String) -> Problem {
    Problem(.invalidField, "\(field) \(problem)", field: field, remedy: remedy)
  }

  /// What a route threw, whatever it was. Nil for what nobody expected: it is logged, and told in general words.
  init?(_ error: any Error) {
    switch error {
    case let problem as Problem: self = problem
    case let error as PostgresError where error.isUnavailable: self = .unavailable
    case is RequestExpired:
      self.init(.expired, "The request did not come in whole before the deadline", remedy: "Send it in one go.")
    case let error as any HTTPResponseError where error.status == .notFound:
      self.init(.noSuchRoute, "No route has this method and path", remedy: "See /openapi.json.")
    case let error as any HTTPResponseError where error.status == .contentTooLarge:
      self.init(.bodyTooLarge, "The body is larger than this route takes", remedy: "See /openapi.json.")
    case let error as any HTTPResponseError where error.status.kind == .clientError:
      self.init(.malformed, "The request is not one that this server reads", remedy: "See /openapi.json.")
    default: return nil
    }
  }

  static let `internal` = Problem(
    .internal, "The service met something that it does not know; its log tells more under the trace_id",
    remedy: "Ask again with the same Idempotency-Key, and tell the operator the trace_id.")
}
