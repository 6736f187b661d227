/// Whom to test, and with what.
struct ConformanceTarget: Sendable {
  /// The whole address of the webhook, without a query.
  var url: String
  var appSecret: String
  /// Nil skips what needs it.
  var verifyToken: String?
  /// Used by every vector instead of ids of its own; then no witness can tell them apart.
  var page: String?
  /// A slower answer fails: Meta waits five seconds (Messenger Platform, Webhooks).
  var limit = Duration.seconds(5)
}
