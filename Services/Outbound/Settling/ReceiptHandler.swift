import Contracts
import JSON
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

  /// Everything up to a time has come so far; `mids` are what a delivery names, as a JSON array.
  struct Watermark: Sendable {
    let state: String
    let time: Int64
    var mids: String?
  }

  enum Receipt: Sendable {
    case echo(EchoOfOurs)
    case watermark(Watermark)
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
      case .delivery(let time, let mids):
        let named = mids.isEmpty ? nil : JSON.array(mids.map { .string($0) }).serialized(replacingNUL: true)
        return .done(.watermark(Watermark(state: "delivered", time: time, mids: named)))
      case .read(let time): return .done(.watermark(Watermark(state: "read", time: time)))
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
    var watermarks: [(job: Job, watermark: Watermark)] = []
    for (job, receipt) in done {
      switch receipt {
      case .echo(let echo): echoes.append((job, echo))
      case .watermark(let watermark): watermarks.append((job, watermark))
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
          "SELECT martlet.receipt_watermarks($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])",
          [
            .texts(watermarks.map(\.job.pageID)), .texts(watermarks.map(\.job.person)),
            .texts(watermarks.map(\.watermark.state)), .bigints(watermarks.map(\.watermark.time)),
            .texts(watermarks.map(\.watermark.mids)),
          ]))
    }
    return statements
  }
}
