import JSON

/// The payloads of templates (Meta, Templates reference).
extension Shape {
  static let template = kinds(
    by: "template_type",
    [
      ButtonTemplate.type: form(
        [
          .must("text", .text(.buttonText)), .must("buttons", .list(.buttons, button)), sharable,
        ], rules: [oneAccountLink]),
      GenericTemplate.type: form([
        .must("elements", .list(.cards, card)), sharable,
        .may("image_aspect_ratio", .word(["horizontal", "square"])),
      ]),
      MediaTemplate.type: form([.must("elements", .list(.mediaElements, media)), sharable]),
      ReceiptTemplate.type: receipt,
      CouponTemplate.type: coupon,
      FeedbackTemplate.type: feedback,
      ProductTemplate.type: form([.must("elements", .list(.products, .object([.must("id", .id)])))]),
      ImageGridTemplate.type: form([.must("elements", .list(.imageGrids, imageGrid))]),
      OneTimeRequest.type: form([.must("title", .text(.oneTimeTitle)), .must("payload", .text(.requestPayload))]),
      NotificationRequest.type: form([
        .must("title", .text(.notificationTitle)), .must("payload", .text(.requestPayload)), .may("image_url", .link()),
        .may("notification_messages_timezone", .id), .may("notification_messages_frequency", .id),
      ]),
      CustomerInformationTemplate.type: form([
        .must("countries", .list(nil, .id)), .must("business_privacy", privacy),
        .may("expires_in_days", .whole(.customerInformationDays)),
      ]),
      InstantFormTemplate.type: form([.must("form_id", .id)]),
    ])

  private static let sharable = Field.may("sharable", .flag)
  private static let oneAccountLink = Rule.few(.accountLinks, of: "buttons", where: "type", is: "account_link")
  private static let privacy = object([.must("url", .link())])

  private static func form(_ fields: [Field], rules: [Rule] = []) -> Shape {
    object([.must("template_type", .text())] + fields, rules: rules)
  }

  private static let card = object(
    [
      .must("title", .text(.cardTitle)), .may("subtitle", .text(.cardSubtitle)), .may("image_url", .link()),
      .may("default_action", tap), .may("buttons", .list(.cardButtons, button)),
    ],
    rules: [.atLeastOne(["subtitle", "image_url", "default_action", "buttons"]), oneAccountLink])

  private static let media = object(
    [
      .must("media_type", .word(["image", "video"])), .may("attachment_id", .id), .may("url", .facebookLink),
      .may("buttons", .list(.mediaButtons, button)),
    ],
    rules: [.exactlyOne(["attachment_id", "url"]), oneAccountLink])

  private static let receipt = form([
    .must("recipient_name", .text()), .must("order_number", .id), .must("currency", .id),
    .must("payment_method", .text()), .may("merchant_name", .text()), .may("order_url", .link()),
    .may("timestamp", .whole()), sharable,
    .must(
      "summary",
      .object([
        .may("subtotal", .number), .may("shipping_cost", .number), .may("total_tax", .number),
        .must("total_cost", .number),
      ])),
    .may(
      "elements",
      .list(
        .receiptItems,
        .object([
          .must("title", .text()), .must("price", .number), .may("subtitle", .text()), .may("quantity", .whole()),
          .may("currency", .id), .may("image_url", .link()),
        ]))),
    .may(
      "address",
      .object([
        .must("street_1", .text()), .may("street_2", .text()), .must("city", .text()), .must("postal_code", .text()),
        .must("state", .text()), .must("country", .text()),
      ])),
    .may("adjustments", .list(nil, .object([.must("name", .text()), .must("amount", .number)]))),
  ])

  private static let coupon = form(
    [
      .must("title", .text(.couponTitle)), .may("subtitle", .text(.couponSubtitle)), .may("coupon_code", .text()),
      .may("coupon_url", .link()), .may("coupon_url_button_title", .text()), .may("coupon_pre_message", .text()),
      .may("image_url", .link()), .may("payload", .text()),
    ],
    rules: [.atLeastOne(["coupon_code", "coupon_url"]), .withoutSpaces("coupon_code")])

  private static let feedback = form([
    .must("title", .text(.feedbackTitle)), .may("subtitle", .text(.feedbackSubtitle)),
    .must("button_title", .text(.feedbackButton)),
    .must(
      "feedback_screens",
      .list(.feedbackScreens, .object([.must("questions", .list(.feedbackQuestions, question))]))),
    .must("business_privacy", privacy), .may("expires_in_days", .whole(.feedbackDays)),
  ])

  private static let question = object([
    .must("id", .name(.questionID)), .must("type", .word(["csat", "nps", "ces", "free_form"])),
    .may("title", .text(.questionTitle)),
    .may(
      "score_label", .word(["neg_pos", "hard_easy", "dis_sat", "unlike_like", "poor_great", "none"])),
    .may(
      "score_option",
      .word(["one_to_five", "five_stars", "five_emojis", "zero_to_ten", "one_to_seven"])),
    .may(
      "follow_up",
      .object([.must("type", .word(["free_form"])), .may("placeholder", .text(.questionPlaceholder))])),
  ])

  private static let imageGrid = object(
    [
      .must(
        "images",
        .list(
          .imageGridImages,
          .object([.must("url", .link()), .may("is_hero_image", .flag), .may("action", imageTap)]))),
      .may("title", .text(.imageGridTitle)), .may("subtitle", .text(.imageGridSubtitle)),
      .may("buttons", .list(.imageGridButtons, button)),
    ],
    rules: [.few(.imageGridHeroes, of: "images", where: "is_hero_image", is: true), oneAccountLink])
}
