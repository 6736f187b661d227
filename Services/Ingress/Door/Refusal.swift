import HTTPTypes
import Hummingbird

/// Why a request is not taken. The answer is a status and nothing else: who has no right to know learns neither what
/// was wrong nor how near it was.
enum Refusal: String, Error, CaseIterable {
  /// No right verification of a subscription.
  case verifyToken = "verify_token"
  /// The path names an app that is not ours.
  case app
  /// No signature, two, or none that one of the app's secrets made.
  case signature
  /// Signed, and about something other than a page.
  case object
  /// Larger than allowed.
  case body
  /// In a content coding: a small body may unfold to any size.
  case compressed
  /// Not sent in whole before the deadline. Counted where the deadline is kept.
  case deadline
  /// The body broke off, or is no HTTP.
  case broken
  /// As much as allowed is under way already.
  case busy
  /// PostgreSQL cannot take it, or not in time.
  case unavailable

  var status: HTTPResponse.Status {
    switch self {
    case .verifyToken, .signature: .forbidden
    case .app, .object: .notFound
    case .body: .contentTooLarge
    case .compressed: .unsupportedMediaType
    case .deadline: .requestTimeout
    case .broken: .badRequest
    case .busy, .unavailable: .serviceUnavailable
    }
  }

  var response: Response {
    // Meta comes again by itself, at once and then less and less often; others are told when.
    status == .serviceUnavailable ? Response(status: status, headers: [.retryAfter: "1"]) : Response(status: status)
  }
}
