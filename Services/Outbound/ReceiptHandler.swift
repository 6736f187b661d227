import Contracts
import JobQueue
import Logging
import Postgres
import ServiceKit

/// Settles messages by what Meta says became of them: echo, delivery, read.
struct ReceiptHandler: JobHandler {
  struct EchoOfOurs: Sendable {
    let metadata: SendMetadata
    let mid: String
  }

  enum Receipt: Sendable {
    case echo(EchoOfOurs)
    case watermark(state: String, Int64)
    /// An echo of what another app or a person at the page's inbox sent.
    case notOurs
  }

  let logger: Logger

  func run(_ job: Job) async -> Verdict<Receipt> {
    do {
      switch try ReceiptJob(kind: job.kind, payload: job.payload) {
      case .echo(let mid, let metadata):
        guard let metadata = metadata.flatMap({ SendMetadata($0) }) else { return .done(.notOurs) }
        return .done(.echo(EchoOfOurs(metadata: metadata, mid: mid)))
      case .delivery(let watermark): return .done(.watermark(state: "delivered", watermark))
      case .read(let watermark): return .done(.watermark(state: "read", watermark))
      }
    } catch {
      return .failed(error: "\(error)")
    }
  }

  var runsAhead: Bool { true }
  var isInstant: Bool { true }

  /// Hardly an echo finds somebody waiting for it; `receipt_echoes` notifies where one does.
  var wakesTargets: Bool { false }

  func targets(of receipt: Receipt, for job: Job) -> [QueueTarget] {
    guard case .echo = receipt else { return [] }
    return [QueueTarget(.send, pageID: job.pageID, person: job.person)]
  }

  func statements(applying done: [(job: Job, effect: Receipt)]) -> [Statement] {
    var echoes: [(job: Job, echo: EchoOfOurs)] = []
    var watermarks: [(job: Job, state: String, watermark: Int64)] = []
    for (job, receipt) in done {
      switch receipt {
      case .echo(let echo): echoes.append((job, echo))
      case .watermark(let state, let watermark): watermarks.append((job, state, watermark))
      case .notOurs: break
      }
    }
    var statements: [Statement] = []
    if !echoes.isEmpty {
      statements.append(
        Statement(
          "receipt.echoes",
          "SELECT martlet.receipt_echoes($1::text[], $2::text[], $3::uuid[], $4::uuid[], $5::text[])",
          [
            .array(echoes.map { Optional($0.job.pageID) }), .array(echoes.map { Optional($0.job.person) }),
            .array(echoes.map { Optional($0.echo.metadata.messageID) }),
            .array(echoes.map { Optional($0.echo.metadata.attemptID) }), .array(echoes.map { Optional($0.echo.mid) }),
          ]))
    }
    if !watermarks.isEmpty {
      statements.append(
        Statement(
          "receipt.watermarks",
          "SELECT martlet.receipt_watermarks($1::text[], $2::text[], $3::text[], $4::bigint[])",
          [
            .array(watermarks.map { Optional($0.job.pageID) }), .array(watermarks.map { Optional($0.job.person) }),
            .array(watermarks.map { Optional($0.state) }), .array(watermarks.map(\.watermark)),
          ]))
    }
    return statements
  }
}
