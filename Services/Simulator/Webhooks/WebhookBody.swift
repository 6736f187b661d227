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

  mutating func add(
    _ event: PersonEvent, page: String, psid: String, mid: String, timestamp: Int64, isStandby: Bool, now: Int64
  ) {
    open(page: page, sender: psid, recipient: page, timestamp: timestamp, isStandby: isStandby, now: now)
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
      // Only for the app that leads.
      if !isStandby {
        raw(#","payload":"#)
        string(payload)
      }
    case .other(let event):
      add(event)
      return raw("}]}")
    }
    raw("}}]}")
  }

  private mutating func add(_ members: JSONObject) {
    for (name, value) in members {
      raw(",")
      string(name)
      raw(":")
      value.append(to: &bytes)
    }
  }

  mutating func add(_ receipt: Receipt, now: Int64) {
    switch receipt.kind {
    case .echo(let app, let body, let isStandby):
      open(
        page: receipt.page, sender: receipt.page, recipient: receipt.psid, timestamp: receipt.at,
        isStandby: isStandby, now: now)
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
    case .routing(let members):
      open(page: receipt.page, sender: receipt.psid, recipient: receipt.page, timestamp: receipt.at, now: now)
      add(members)
      return raw("}]}")
    case .change(let field, let value):
      entry(receipt.page, time: now / 1000)
      raw(#""changes":[{"field":"#)
      string(field)
      raw(#","value":"#)
      value.append(to: &bytes)
      return raw("}]}")
    }
    raw("}}]}")
  }

  private mutating func open(
    page: String, sender: String, recipient: String, timestamp: Int64, isStandby: Bool = false, now: Int64
  ) {
    entry(page, time: now)
    raw(isStandby ? #""standby":[{"sender":{"id":"# : #""messaging":[{"sender":{"id":"#)
    string(sender)
    raw(#"},"recipient":{"id":"#)
    string(recipient)
    raw(#"},"timestamp":\#(timestamp)"#)
  }

  /// - Parameter time: in milliseconds; in seconds for what comes as changes.
  private mutating func entry(_ page: String, time: Int64) {
    raw(isFirst ? #"{"id":"# : #",{"id":"#)
    isFirst = false
    string(page)
    raw(#","time":\#(time),"#)
  }

  private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }
  private mutating func string(_ text: String) { JSON.string(text).append(to: &bytes) }
}
