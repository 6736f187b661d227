/// Buttons, and what a tap on a card or a picture does (Meta, Buttons reference).
extension Shape {
  static let button = kinds(
    by: "type",
    [
      "web_url": webURL(hasTitle: true),
      "postback": object([
        kind, .must("title", .text(.buttonTitle)), .must("payload", .text(.postbackPayload)),
      ]),
      "phone_number": object([kind, .must("title", .text(.buttonTitle)), .must("payload", .phone)]),
      "account_link": object([kind, .must("url", .link(isSecure: true))]),
      "account_unlink": object([kind]),
      "game_play": object([
        kind, .must("title", .text(.buttonTitle)), .may("payload", .text()),
        .may("game_metadata", .object([.may("player_id", .id), .may("context_id", .id)])),
      ]),
    ])

  /// A `web_url` without a title.
  static let tap = kinds(by: "type", ["web_url": webURL(hasTitle: false)])

  /// Of a picture in a grid: a tap has no title either way.
  static let imageTap = kinds(
    by: "type",
    [
      "web_url": webURL(hasTitle: false),
      "postback": object([kind, .must("payload", .text(.postbackPayload))]),
    ])

  private static let kind = Field.must("type", .text())

  private static func webURL(hasTitle: Bool) -> Shape {
    let fields: [Field] = [
      kind, .must("url", .link()), .may("webview_height_ratio", .word(["compact", "tall", "full"])),
      .may("messenger_extensions", .flag), .may("fallback_url", .link()),
      .may("webview_share_button", .word(["hide"])),
    ]
    return .object(
      fields + [hasTitle ? .must("title", .text(.buttonTitle)) : .may("title", .text())],
      rules: [.secure("url", where: "messenger_extensions")] + (hasTitle ? [] : [.without("title")]))
  }
}
