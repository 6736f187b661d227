import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import ServiceLifecycle

/// The Graph side over HTTP: `/v26.0/{page}/messages` and what else a bot calls, under any version; batches too.
struct GraphRoutes: Sendable {
  /// How long a silent connection stays open when the caller does not give up first.
  private static let silence = Duration.seconds(60)

  let graph: Graph

  init(_ world: World) { graph = Graph(world: world) }

  func add(to router: Router<SimulatorContext>) {
    for method in [HTTPRequest.Method.get, .post, .delete] {
      router.on("v{version}/**", method: method) { request, context in
        try await answer(request, context, path: context.parameters.getCatchAll().map(String.init))
      }
    }
    // A batch may be posted to the bare address, with a version or without.
    router.post("v{version}") { request, context in try await answer(request, context, path: []) }
    router.post("/") { request, context in try await answer(request, context, path: []) }
  }

  private func answer(
    _ request: Request, _ context: SimulatorContext, path: [String]
  ) async throws -> Response {
    let answer: GraphAnswer
    do {
      let bytes = Array(try await request.body.collect(upTo: GraphBody.maximum).readableBytesView)
      let body = try GraphBody(bytes, contentType: request.headers[.contentType])
      let call = GraphCall(
        method: request.method, path: path, query: request.queries, body: body.json, upload: body.upload,
        bearer: request.bearer)
      if call.body["batch"] != nil, call.method == .post, path.isEmpty || path == ["me"] {
        answer = await graph.batch(call)
      } else {
        answer = await graph.answer(call)
      }
    } catch let error as GraphError {
      answer = GraphAnswer(status: error.status, json: error.json(trace: graph.world.ids.next()))
    }
    return try await hold(Response(answer, version: context.parameters.get("version")), answer.fate, context)
  }

  /// The answer as its fate lets it out.
  private func hold(
    _ response: Response, _ fate: GraphAnswer.Fate, _ context: SimulatorContext
  ) async throws -> Response {
    if fate == .silent {
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.silence) }
    }
    if fate != .answered { try? await context.channel.close(mode: .all) }
    return response
  }
}

extension Response {
  fileprivate init(_ answer: GraphAnswer, version: String?) {
    self.init(answer.json, status: .init(code: answer.status))
    if let version { headers[.graphVersion] = "v" + version }
    if let trace = answer.json["error"]?["fbtrace_id"]?.string { headers[.graphTrace] = trace }
    for header in answer.headers {
      if let name = HTTPField.Name(header.name) { headers[name] = header.value }
    }
  }
}

extension HTTPField.Name {
  fileprivate static let graphVersion = HTTPField.Name("facebook-api-version")!
  fileprivate static let graphTrace = HTTPField.Name("x-fb-trace-id")!
}
