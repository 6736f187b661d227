package import Messenger

/// One of each thing that can be said.
package enum Samples {
  package static let link = WebLink(
    "https://example.org/a", height: .tall, hasExtensions: true, fallbackURL: "https://example.org/b",
    hidesShareButton: true)

  package static let buttons: [Button] = [
    .link(title: "Open", link), .postback(title: "Yes", payload: "YES"), .phone(title: "Call", number: "+390612345"),
  ]

  package static let feedback = FeedbackTemplate(
    title: "How was it?", subtitle: "A minute", buttonTitle: "Tell",
    question: .init(
      id: "q_1", .csat, title: "How did you like it?", label: .negativePositive, scale: .fiveStars, followUp: "More?"),
    privacyURL: "https://example.org/privacy", expiresInDays: 3)

  package static var receipt: ReceiptTemplate {
    var receipt = ReceiptTemplate(
      recipientName: "Zoë", orderNumber: "7", currency: "EUR", paymentMethod: "Visa 2345",
      summary: .init(total: Amount(1990), subtotal: Amount(1500), shipping: Amount(90), tax: Amount(400)),
      items: [
        .init(
          title: "Map", price: Amount(1500), subtitle: "Paper", quantity: 1, currency: "EUR",
          imageURL: "https://example.org/map.png")
      ])
    receipt.address = Address(
      street: "Via Roma 1", secondLine: "Int. 2", city: "Roma", postalCode: "00100", state: "RM", country: "IT")
    receipt.adjustments = [.init(name: "Voucher", amount: Amount(-5))]
    receipt.orderURL = "https://example.org/7"
    receipt.time = 1_700_000_000
    receipt.merchantName = "Maps"
    receipt.isSharable = true
    return receipt
  }

  package static let templates: [Template] = [
    Template(ButtonTemplate(text: "Which?", buttons: buttons)),
    Template(ButtonTemplate(text: "Log in", buttons: [.accountLink(url: "https://example.org/in")], isSharable: false)),
    Template(ButtonTemplate(text: "Log out", buttons: [.accountUnlink, .game(title: "Play", payload: "P")])),
    Template(
      GenericTemplate(
        cards: [
          .init(
            title: "Van", subtitle: "Parked", imageURL: "https://example.org/v.png", tap: link, buttons: buttons),
          .init(title: "Bus", subtitle: ""),
        ],
        isSharable: true, aspectRatio: .square)),
    Template(MediaTemplate(.image, .id("77"), buttons: [.postback(title: "More", payload: "M")])),
    Template(MediaTemplate(.video, .facebookURL("https://www.facebook.com/v/1"), isSharable: true)),
    Template(receipt),
    Template(
      CouponTemplate(
        title: "Ten off", .code("TEN-OFF"), subtitle: "Today", preMessage: "For you",
        imageURL: "https://example.org/c.png", payload: "C")),
    Template(CouponTemplate(title: "Ten off", .url("https://example.org/c", buttonTitle: "Get"))),
    Template(feedback),
    Template(ProductTemplate(ids: ["1", "2"])),
    Template(
      ImageGridTemplate(
        images: [
          .init(url: "https://example.org/1.png", isHero: true, tap: .link(link)),
          .init(url: "https://example.org/2.png", tap: .postback(payload: "TWO")),
        ],
        title: "Two", subtitle: "Pictures", buttons: [.postback(title: "More", payload: "M")])),
    Template(OneTimeRequest(title: "Tell you when?", payload: "WHEN")),
    Template(
      NotificationRequest(
        title: "News?", payload: "NEWS", imageURL: "https://example.org/n.png", timezone: "Europe/Rome")),
    Template(
      CustomerInformationTemplate(countries: ["IT"], privacyURL: "https://example.org/privacy", expiresInDays: 7)),
    Template(InstantFormTemplate(formID: "99")),
  ]

  package static let utility = UtilityTemplate(
    name: "van_left", language: "en_US",
    components: [
      .header([.init("Van 7")]), .body([.init("Rome", name: "place"), .init("03:12")]),
      .buttons([.postback(payload: "STOP"), .url("https://example.org/7")]),
    ])

  package static let quickReplies: [QuickReply] = [
    .text(title: "Red", payload: "RED"), .text(title: "Blue", payload: "", imageURL: "https://example.org/b.png"),
    .phoneNumber, .email,
  ]

  package static var media: [MediaAttachment] {
    MediaAttachment.Kind.allCases.flatMap { kind in
      [
        MediaAttachment(kind, .id("5")), MediaAttachment(kind, .url("https://example.org/f")),
        MediaAttachment(kind, .url("https://example.org/f", isReusable: true)),
      ]
    }
  }

  package static let actions: [SenderAction] = [
    .typingOn, .typingOff, .markSeen, .react(mid: "m_1", reaction: "love"), .unreact(mid: "m_1"),
  ]

  /// Everything but sender actions, each with grounds that go with it.
  package static var messages: [(content: OutgoingMessage.Content, grounds: Grounds)] {
    let said: [OutgoingMessage.Content] =
      [.text("pong, Zoë \u{1F426} \"'\\"), .text("Which?", quickReplies: quickReplies), .sticker("369239263222822")]
      + media.map { .attachment($0) } + [.attachment(media[0], quickReplies: quickReplies)]
      + templates.map { .template($0) } + [.template(templates[0], quickReplies: quickReplies)]
    return said.map { ($0, .reply) } + [
      (.utility(utility), .utility), (.template(Template(feedback)), .customerFeedback),
    ]
  }

  package static let recipients: [Recipient] = [
    .person("24"), .person("ref:r1"), .comment("1_2"), .post("1_3"), .oneTimeToken("secret-1"),
    .notificationToken("secret-2"),
  ]

  package static let grounds: [Grounds] = [
    .reply, .update, .humanAgent(OperatorKey(checked: "key-7")), .customerFeedback, .utility, .token, .privateReply,
  ]
}
