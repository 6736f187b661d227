import HTTPTypes
package import Hummingbird

/// Answers each request within a trace: the caller's, from its `traceparent` header, else a new one.
package struct TraceMiddleware<Context: RequestContext>: RouterMiddleware {
  package init() {}

  package func handle(
    _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    let parent = request.headers[.traceparent].flatMap { TraceContext(traceparent: $0) }
    return try await TraceContext.$current.withValue(parent?.child() ?? .new()) {
      try await next(request, context)
    }
  }
}

extension HTTPField.Name {
  package static let traceparent = HTTPField.Name("traceparent")!
}
