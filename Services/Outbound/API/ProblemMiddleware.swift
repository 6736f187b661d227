import Hummingbird
import Logging
import Metrics

/// Makes of each error an answer that says what to do, and counts the answers.
struct ProblemMiddleware: RouterMiddleware {
  let logger: Logger

  func handle(
    _ request: Request, context: BasicRequestContext,
    next: @concurrent (Request, BasicRequestContext) async throws -> Response
  ) async throws -> Response {
    let response: Response
    do {
      response = try await next(request, context)
    } catch {
      response = answer(to: error)
    }
    // The route as it is written in the document, never the path that was asked for.
    let route = context.endpointPath ?? "none"
    Counter(
      label: "martlet_api_requests_total", dimensions: [("route", route), ("status", "\(response.status.code)")]
    ).increment()
    return response
  }

  private func answer(to error: any Error) -> Response {
    guard let problem = Problem(error) else {
      logger.error("API request failed", metadata: ["error": "\(error)"])
      return Problem.internal.response
    }
    logger.debug("API request refused", metadata: ["reason": "\(problem.code)"])
    return problem.response
  }
}
