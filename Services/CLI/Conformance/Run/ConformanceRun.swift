import FoundationEssentials
import HTTPClient

/// Sends vectors to a receiver, one after the other, and judges each.
struct ConformanceRun: Sendable {
  /// How long an answer may take beyond the limit before it is given up.
  private static let patience = Duration.seconds(10)

  let target: ConformanceTarget
  let client: HTTPClient
  var witness: (any ConformanceWitness)?
  /// Told of each verdict at once.
  var observer: @Sendable (VectorVerdict) -> Void = { _ in }

  func run(_ vectors: [ConformanceVector]) async throws -> ConformanceReport {
    // Distinct also for two runs in one second.
    let run = Int.random(in: 0..<900_000_000)
    var verdicts: [VectorVerdict] = []
    for (number, vector) in vectors.enumerated() {
      let verdict = try await judge(vector, number: number, run: run)
      verdicts.append(verdict)
      observer(verdict)
    }
    return ConformanceReport(verdicts: verdicts, hasWitness: witness != nil)
  }

  private func judge(_ vector: ConformanceVector, number: Int, run: Int) async throws -> VectorVerdict {
    var verdict = VectorVerdict(vector: vector)
    if let known = vector.knownAnswer {
      verdict.failure = known.holds ? nil : "this kit computes another digest: do not trust it"
      return verdict
    }
    guard target.verifyToken != nil || !vector.needsVerifyToken else {
      verdict.outcome = .skipped
      return verdict
    }
    let time = Int64(Date().timeIntervalSince1970 * 1000)
    let occasion = VectorOccasion(
      run: run, vector: number, time: time, verifyToken: target.verifyToken ?? "", page: target.page)
    for request in vector.requests {
      for _ in 0..<request.times {
        let failure = try await judge(request, occasion, &verdict)
        if verdict.failure == nil { verdict.failure = failure }
      }
    }
    if let witness, let kept = vector.kept, target.page == nil {
      let count = try await witness.events(prefix: occasion.prefix)
      verdict.kept = count
      if verdict.failure == nil, !kept.allows(count) { verdict.failure = Self.sentence(kept, count) }
    }
    return verdict
  }

  private func judge(
    _ request: VectorRequest, _ occasion: VectorOccasion, _ verdict: inout VectorVerdict
  ) async throws -> String? {
    let body = request.body?.bytes(occasion) ?? []
    let signing = SigningTemplate(secret: target.appSecret, verifyToken: target.verifyToken ?? "")
    var headers: [(String, String)] = []
    for header in request.headers {
      let value = try signing.fill(header.value, body: body)
      headers.append((header.name, String(decoding: occasion.filled(value), as: UTF8.self)))
    }
    let query = request.query.map { "?" + String(decoding: occasion.filled($0), as: UTF8.self) } ?? ""
    let call = HTTPClientRequest(
      method: request.method, url: target.url + query, headers: headers, body: request.method == "GET" ? nil : body,
      timeout: target.limit + Self.patience)
    do {
      let answer = try await answer(to: call)
      verdict.statuses.append(answer.status)
      verdict.slowest = max(verdict.slowest, answer.time)
      return failure(of: answer, to: request, body: body, occasion)
    } catch {
      try Task.checkCancellation()
      verdict.statuses.append(0)
      return "no answer: \(error.code), \(error.cause)"
    }
  }

  /// A kept connection may have been closed just before the call, which says nothing about the receiver: once more then.
  private func answer(to call: HTTPClientRequest) async throws(HTTPClientError) -> ReceivedAnswer {
    var start = ContinuousClock.now
    do {
      return ReceivedAnswer(try await client.send(call), time: .now - start)
    } catch  where error.code == .closed {
      start = .now
      return ReceivedAnswer(try await client.send(call), time: .now - start)
    }
  }

  private func failure(
    of answer: ReceivedAnswer, to request: VectorRequest, body: [UInt8], _ occasion: VectorOccasion
  ) -> String? {
    if let failure = request.expected.failure(of: answer) { return failure }
    let leaks = LeakCheck(secret: target.appSecret, verifyToken: target.verifyToken ?? "")
    if let failure = leaks.failure(of: answer, body: body, marker: occasion.prefix) { return failure }
    guard answer.time <= target.limit else {
      return "took \(fixed(answer.time / .seconds(1), 1)) s; Meta waits \(fixed(target.limit / .seconds(1), 1)) s"
    }
    return nil
  }

  private static func sentence(_ kept: ConformanceVector.Kept, _ count: Int) -> String {
    switch kept {
    case .exactly(let expected): "keeps \(count) events of \(expected)"
    case .atLeast(let least): "keeps \(count) events of at least \(least)"
    }
  }
}
