import JSON

/// A tap on a button, the menu or Get Started (Meta, `messaging_postbacks`).
package struct Postback: Sendable, Hashable {
  /// Absent before Graph API v11.0.
  package var mid: String?
  package var title: String?
  /// Absent in standby copies.
  package var payload: String?
  /// How a new person found the page.
  package var referral: Referral?

  package init(mid: String? = nil, title: String? = nil, payload: String? = nil, referral: Referral? = nil) {
    self.mid = mid
    self.title = title
    self.payload = payload
    self.referral = referral
  }
}

extension Postback {
  init?(_ body: JSON) {
    self.init(
      mid: body["mid"]?.messageID, title: body["title"]?.text, payload: body["payload"]?.text,
      referral: body["referral"].flatMap { Referral($0) })
    if self == Postback() { return nil }
  }
}

extension Postback: Understood {
  var understood: JSON { .understood(["mid": mid, "title": title, "payload": payload, "referral": referral]) }
}
