import JSON

/// Webhook bodies as Meta writes them (Meta, Messenger Platform webhook events), built as bytes: the load generator
/// sends thousands a second.
struct WebhookBody {
  private(set) var bytes: [UInt8] = []
  private var isFirst = true

  init() {
    bytes.reserveCapacity(512)
    raw(#"{"object":"page","entry":["#)
  }

  /// The whole body; the value is of no use afterwards.
  mutating func finish() -> [UInt8] {
    raw("]}")
    return bytes
  }

  mutating func add(_ event: PersonEvent, page: String, psid: String, mid: String, timestamp: Int64, now: Int64) {
    open(page: page, sender: psid, recipient: page, timestamp: timestamp, now: now)
    switch event {
    case .text(let text):
      raw(#","message":{"mid":"#)
      string(mid)
      raw(#","text":"#)
      string(text)
    case .quickReply(let title, let payload):
      raw(#","message":{"mid":"#)
      string(mid)
      raw(#","text":"#)
      string(title)
      raw(#","quick_reply":{"payload":"#)
      string(payload)
      raw("}")
    case .postback(let title, let payload):
      raw(#","postback":{"mid":"#)
      string(mid)
      raw(#","title":"#)
      string(title)
      raw(#","payload":"#)
      string(payload)
    }
    raw("}}]}")
  }

  mutating func add(_ receipt: Receipt, now: Int64) {
    switch receipt.kind {
    case .echo(let app, let body):
      open(page: receipt.page, sender: receipt.page, recipient: receipt.psid, timestamp: receipt.at, now: now)
      raw(#","message":{"mid":"#)
      string(receipt.mid)
      raw(#","is_echo":true,"app_id":"#)
      // A number in Meta's payload; an id that is not one is quoted.
      if Int64(app) != nil { raw(app) } else { string(app) }
      for name in ["text", "attachment", "metadata"] {
        guard let value = body[name] else { continue }
        raw(name == "attachment" ? #","attachments":["# : #",""# + name + #"":"#)
        value.append(to: &bytes)
        if name == "attachment" { raw("]") }
      }
    case .delivery:
      open(page: receipt.page, sender: receipt.psid, recipient: receipt.page, timestamp: receipt.at, now: now)
      raw(#","delivery":{"mids":["#)
      string(receipt.mid)
      raw(#"],"watermark":\#(receipt.at)"#)
    case .read:
      open(page: receipt.page, sender: receipt.psid, recipient: receipt.page, timestamp: receipt.at, now: now)
      raw(#","read":{"watermark":\#(receipt.at)"#)
    }
    raw("}}]}")
  }

  private mutating func open(page: String, sender: String, recipient: String, timestamp: Int64, now: Int64) {
    raw(isFirst ? #"{"id":"# : #",{"id":"#)
    isFirst = false
    string(page)
    raw(#","time":\#(now),"messaging":[{"sender":{"id":"#)
    string(sender)
    raw(#"},"recipient":{"id":"#)
    string(recipient)
    raw(#"},"timestamp":\#(timestamp)"#)
  }

  private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }
  private mutating func string(_ text: String) { JSON.string(text).append(to: &bytes) }
}
