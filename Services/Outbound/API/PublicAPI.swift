import HTTPTypes
import Hummingbird
import Logging
import Postgres
import ServiceKit

/// outbound's door for the owner's own systems, on its public port: messages, broadcasts, and the document that describes
/// them. docs/api.md.
struct PublicAPI: Sendable {
  /// The document, as it is kept beside this file and served at `/openapi.json`.
  static var document: [UInt8] { PackageResources.openapi_json }

  private let messages: MessageRoutes
  private let broadcasts: BroadcastRoutes
  private let logger: Logger

  init(pool: PostgresPool, logger: Logger) {
    let gate = APIGate(pool: pool)
    messages = MessageRoutes(gate: gate, ledger: APILedger(pool: pool), logger: logger)
    broadcasts = BroadcastRoutes(gate: gate, ledger: BroadcastLedger(pool: pool), logger: logger)
    self.logger = logger
  }

  var router: Router<BasicRequestContext> {
    let router = Router(context: BasicRequestContext.self)
    router.add(middleware: TraceMiddleware())
    router.add(middleware: ProblemMiddleware(logger: logger))
    let version = router.group("v1")
    messages.add(to: version)
    broadcasts.add(to: version)
    router.get("openapi.json") { _, _ in Response(bytes: Self.document, status: .ok) }
    return router
  }
}
