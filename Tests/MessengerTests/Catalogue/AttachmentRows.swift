extension CatalogueRow {
  private static func attachment(_ what: String, _ attachment: String, _ understood: String) -> CatalogueRow {
    CatalogueRow(
      what, #"{"message":{"mid":"m_a","attachments":[\#(attachment)]}}"#, "message",
      #"{"mid":"m_a","attachments":[\#(understood)]}"#)
  }

  private static func media(_ type: String) -> CatalogueRow {
    let link = "https://scontent.example/\(type)?oe=65"
    return attachment(
      "the attachment \(type)", #"{"type":"\#(type)","payload":{"url":"\#(link)"}}"#,
      #"{"type":"\#(type)","url":"\#(link)"}"#)
  }

  static let attachments: [CatalogueRow] =
    ["image", "audio", "video", "file", "story_mention", "like_heart", "share", "hologram"].map(media) + [
      attachment(
        "a sticker", #"{"type":"sticker","payload":{"url":"https://x.example/s","sticker_id":369239383222810}}"#,
        #"{"type":"sticker","url":"https://x.example/s","sticker_id":"369239383222810"}"#),
      attachment(
        "a sticker as a picture",
        #"{"type":"image","payload":{"url":"https://x.example/s","sticker_id":369239343222814}}"#,
        #"{"type":"image","url":"https://x.example/s","sticker_id":"369239343222814"}"#),
      attachment(
        "a link", #"{"type":"fallback","payload":{"url":"https://x.example","title":"Example"}}"#,
        #"{"type":"fallback","url":"https://x.example","title":"Example"}"#),
      attachment(
        "a link whose payload is null",
        #"{"type":"fallback","payload":null,"title":"Example","url":"https://x.example"}"#,
        #"{"type":"fallback","url":"https://x.example","title":"Example"}"#),
      attachment(
        "a link without payload", #"{"type":"fallback","title":"Example"}"#,
        #"{"type":"fallback","title":"Example"}"#),
      attachment(
        "a reel", #"{"type":"reel","payload":{"url":"https://x.example/r","title":"R","reel_video_id":12345}}"#,
        #"{"type":"reel","url":"https://x.example/r","title":"R","media_id":"12345"}"#),
      attachment(
        "a reel of Instagram", #"{"type":"ig_reel","payload":{"url":"https://x.example/r","reel_video_id":"9"}}"#,
        #"{"type":"ig_reel","url":"https://x.example/r","media_id":"9"}"#),
      attachment(
        "a post", #"{"type":"post","payload":{"url":"https://x.example/p","title":"P","id":"55"}}"#,
        #"{"type":"post","url":"https://x.example/p","title":"P","media_id":"55"}"#),
      attachment(
        "a post of Instagram", #"{"type":"ig_post","payload":{"url":"https://x.example/p","id":56}}"#,
        #"{"type":"ig_post","url":"https://x.example/p","media_id":"56"}"#),
      attachment(
        "an appointment",
        #"""
        {"type":"appointment_booking","payload":{"booking_id":"7","status":"requested","start_time":1700000000,
        "end_time":"1700003600","timezone":"Europe/Berlin"}}
        """#,
        #"""
        {"type":"appointment_booking","booking":{"id":"7","status":"requested","start":1700000000000,
        "end":1700003600000,"timezone":"Europe/Berlin"}}
        """#),
      attachment(
        "a shared product",
        #"""
        {"type":"template","payload":{"product":{"elements":[{"id":"1","retailer_id":"sku-1",
        "image_url":"https://x.example/i","title":"Shoe","subtitle":"€ 20"},{"id":2}]}}}
        """#,
        #"""
        {"type":"template","products":[{"id":"1","retailer_id":"sku-1","image_url":"https://x.example/i",
        "title":"Shoe","subtitle":"€ 20"},{"id":"2"}]}
        """#),
      attachment(
        "a place", #"{"type":"location","payload":{"coordinates":{"lat":52.5,"long":13.25}}}"#,
        #"{"type":"location","coordinates":{"lat":52.5,"long":13.25}}"#),
      attachment(
        "odd attachments beside a good one", #"5,null,{},{"type":5},{"type":"image","payload":{"url":"https://x"}}"#,
        #"{"type":""},{"type":""},{"type":""},{"type":"5"},{"type":"image","url":"https://x"}"#),
      CatalogueRow(
        "an attachment that is not in a list",
        #"{"message":{"mid":"m_a","attachments":{"type":"image","payload":{"url":"https://x"}}}}"#, "message",
        #"{"mid":"m_a","attachments":[{"type":"image","url":"https://x"}]}"#),
    ]
}
