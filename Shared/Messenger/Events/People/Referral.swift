package import JSON

/// How a person came to the conversation: a link, an advertisement, a product (Meta, `messaging_referrals`).
package struct Referral: Sendable, Hashable {
  package enum Source: Sendable, Hashable {
    /// An m.me link.
    case shortLink
    case ads
    /// Gone since May 2024.
    case chatPlugin
    /// The scan code, gone.
    case messengerCode
    /// Gone.
    case discoverTab
    /// As Meta wrote it.
    case other(String)
  }

  /// May be absent for people in Europe and Japan.
  package var source: Source?
  /// `OPEN_THREAD`; after a lead form, `LEAD_COMPLETE` or `LEAD_INCOMPLETE`.
  package var type: String?
  /// What the page put into the link, up to 2083 characters.
  package var ref: String?
  package var adID: String?
  package var refererURI: String?
  package var isGuest: Bool
  /// The product of a shop that the person asks about.
  package var productID: String?
  /// Title, picture, post and flow of the advertisement, as they came.
  package var adsContext: JSON?
  package var lead: [LeadAnswer]

  package init(
    source: Source? = nil, type: String? = nil, ref: String? = nil, adID: String? = nil, refererURI: String? = nil,
    isGuest: Bool = false, productID: String? = nil, adsContext: JSON? = nil, lead: [LeadAnswer] = []
  ) {
    self.source = source
    self.type = type
    self.ref = ref
    self.adID = adID
    self.refererURI = refererURI
    self.isGuest = isGuest
    self.productID = productID
    self.adsContext = adsContext
    self.lead = lead
  }
}

/// A question of a lead form and what the person answered.
package struct LeadAnswer: Sendable, Hashable {
  package var question: String?
  package var answer: String?
}

extension Referral {
  /// `lead` stands beside the referral.
  init?(_ body: JSON, lead: JSON? = nil) {
    guard body.hasMembers else { return nil }
    self.init(
      source: body["source"]?.text.map { Source($0) }, type: body["type"]?.text, ref: body["ref"]?.text,
      adID: body["ad_id"]?.text, refererURI: body["referer_uri"]?.text, isGuest: body["is_guest_user"].isTrue,
      productID: body["product"]?["id"]?.text, adsContext: body["ads_context_data"]?.present,
      lead: (lead ?? body["lead"])?["data"]?.array?.compactMap { LeadAnswer($0) } ?? [])
  }
}

extension LeadAnswer: Understood {
  init?(_ body: JSON) {
    self.init(question: body["question"]?.text, answer: body["answer"]?.text)
    if question == nil, answer == nil { return nil }
  }

  var understood: JSON { .understood(["question": question, "answer": answer]) }
}

extension Referral.Source {
  init(_ name: String) {
    self =
      switch name {
      case "SHORTLINK": .shortLink
      case "ADS": .ads
      case "CUSTOMER_CHAT_PLUGIN": .chatPlugin
      case "MESSENGER_CODE": .messengerCode
      case "DISCOVER_TAB": .discoverTab
      default: .other(name)
      }
  }

  /// Meta's name for it.
  package var name: String {
    switch self {
    case .shortLink: "SHORTLINK"
    case .ads: "ADS"
    case .chatPlugin: "CUSTOMER_CHAT_PLUGIN"
    case .messengerCode: "MESSENGER_CODE"
    case .discoverTab: "DISCOVER_TAB"
    case .other(let name): name
    }
  }
}

extension Referral: Understood {
  var understood: JSON {
    .understood([
      "source": source?.name, "type": type, "ref": ref, "ad_id": adID, "referer_uri": refererURI,
      "is_guest": isGuest, "product_id": productID, "ads_context": adsContext, "lead": lead,
    ])
  }
}
