/// The body of `POST /{page}/messages` (Meta, Send API reference).
extension Shape {
  static let request = Shape.object(
    [
      .must("recipient", recipient),
      .may("messaging_type", .word(["RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY"])),
      .may("tag", .text()),
      .may("message", message),
      .may("sender_action", .word(["typing_on", "typing_off", "mark_seen", "react", "unreact"])),
      .may("payload", .object([.must("message_id", .id), .may("reaction", .text())])),
      .may("notification_type", .word(["REGULAR", "SILENT_PUSH", "NO_PUSH"])),
      .may("persona_id", .id),
      .may("reply_to", .object([.must("mid", .id)])),
      .may("thread_control", .object([.must("control_type", .word(["pass", "release"])), .may("app_id", .id)])),
    ],
    rules: [.exactlyOne(["message", "sender_action"])])

  static let recipient: Shape = {
    let forms = [
      "id", "user_ref", "comment_id", "post_id", "one_time_notif_token", "notification_messages_token",
    ]
    return .object(forms.map { .may($0, .id) }, rules: [.exactlyOne(forms)])
  }()

  static let message = Shape.object(
    [
      .may("text", .text(.text)),
      .may("attachment", attachment),
      .may("quick_replies", .list(.quickReplies, quickReply)),
      .may("metadata", .text(.metadata)),
      .may("sticker_id", .id),
      .may("template", utility),
    ],
    rules: [.exactlyOne(["text", "attachment", "sticker_id", "template"])])

  static let quickReply: Shape = {
    let kind = Field.may("content_type", .text())
    let text = Shape.object(
      [
        kind, .must("title", .text(.quickReplyTitle)), .must("payload", .text(.quickReplyPayload)),
        .may("image_url", .link()),
      ],
      rules: [.filled("payload", unless: "image_url")])
    let own = Shape.object([
      kind, .may("title", .text()), .may("payload", .text()), .may("image_url", .link()),
    ])
    return .kinds(by: "content_type", ["text": text, "user_phone_number": own, "user_email": own])
  }()

  static let attachment: Shape = {
    let kind = Field.must("type", .text())
    let media = Shape.object([
      kind,
      .must(
        "payload",
        .object(
          [.may("url", .link()), .may("attachment_id", .id), .may("is_reusable", .flag)],
          rules: [.exactlyOne(["url", "attachment_id"])])),
    ])
    let template = Shape.object([kind, .must("payload", .template)])
    return .kinds(
      by: "type", ["image": media, "audio": media, "video": media, "file": media, "template": template])
  }()

  static let utility: Shape = {
    let text = Shape.object([.must("type", .text()), .must("text", .text()), .may("parameter_name", .text())])
    let values = Shape.kinds(
      by: "type",
      [
        "POSTBACK": .object([.must("type", .text()), .must("payload", .text(.postbackPayload))]),
        "URL": .object([.must("type", .text()), .must("url", .link())]),
      ])
    func component(_ parameter: Shape) -> Shape {
      .object([.must("type", .text()), .must("parameters", .list(nil, parameter))])
    }
    return .object([
      .must("name", .id), .must("language", .object([.must("code", .id)])),
      .may(
        "components",
        .list(
          nil,
          .kinds(
            by: "type", ["header": component(text), "body": component(text), "buttons": component(values)]))),
    ])
  }()
}
