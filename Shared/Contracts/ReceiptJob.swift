package import JSON
package import Messenger

/// ingress → outbound: what Meta says became of our messages. Kinds `echo`, `delivery`, `read`, version 1.
package enum ReceiptJob: Sendable, Hashable {
  package static let version = 1

  /// A message of the page's, ours or another app's.
  case echo(mid: String, metadata: String?)
  /// Everything up to the watermark (milliseconds since 1970) was delivered. `mids` often names none of it.
  case delivery(watermark: Int64, mids: [String] = [])
  case read(watermark: Int64)

  package init?(_ event: WebhookEvent) {
    switch event.kind {
    case .echo(let echo): self = .echo(mid: echo.mid, metadata: echo.metadata)
    case .delivery(let delivery): self = .delivery(watermark: delivery.watermark, mids: delivery.mids)
    case .read(let read): self = .read(watermark: read.watermark)
    default: return nil
    }
  }

  package init(kind: String, payload: [UInt8]) throws(ContractError) {
    let json = try ContractError.parse(payload, "receipt")
    switch (kind, json["mid"]?.string, json["watermark"]?.int64) {
    case ("echo", let mid?, _): self = .echo(mid: mid, metadata: json["metadata"]?.string)
    case ("delivery", _, let watermark?):
      self = .delivery(watermark: watermark, mids: json["mids"]?.array?.compactMap(\.string) ?? [])
    case ("read", _, let watermark?): self = .read(watermark: watermark)
    default: throw ContractError(queue: "receipt", problem: "nothing known of kind \(kind) in this shape")
    }
  }

  package var payload: JSON {
    switch self {
    case .echo(let mid, let metadata?): ["mid": .string(mid), "metadata": .string(metadata)]
    case .echo(let mid, nil): ["mid": .string(mid)]
    case .delivery(let watermark, []), .read(let watermark): ["watermark": JSON(watermark)]
    case .delivery(let watermark, let mids):
      ["watermark": JSON(watermark), "mids": .array(mids.map { .string($0) })]
    }
  }
}
