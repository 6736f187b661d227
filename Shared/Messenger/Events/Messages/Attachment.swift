package import JSON

/// A picture, a place, a shared thing. Which members are there depends on the kind.
package struct Attachment: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case image, audio, video, file, sticker, fallback, reel, post, booking, template, location, share
    /// A type we do not know, by its name; empty when it has none.
    case other(String)
  }

  package var kind: Kind
  /// Meta's own name for the kind, such as `ig_reel`.
  package var type: String
  /// A link of Meta's to media expires.
  package var url: String?
  package var title: String?
  /// `369239263222822` is the small thumb of a like, `369239343222814` the medium one, `369239383222810` the large one.
  package var stickerID: String?
  /// The id under which the page stored the file (echoes).
  package var attachmentID: String?
  /// The id of a reel or a post.
  package var mediaID: String?
  package var coordinates: Coordinates?
  package var booking: Booking?
  package var products: [SharedProduct]
  /// All of it as it came.
  package var raw: JSON

  package init(
    kind: Kind, type: String, url: String? = nil, title: String? = nil, stickerID: String? = nil,
    attachmentID: String? = nil, mediaID: String? = nil, coordinates: Coordinates? = nil, booking: Booking? = nil,
    products: [SharedProduct] = [], raw: JSON
  ) {
    self.kind = kind
    self.type = type
    self.url = url
    self.title = title
    self.stickerID = stickerID
    self.attachmentID = attachmentID
    self.mediaID = mediaID
    self.coordinates = coordinates
    self.booking = booking
    self.products = products
    self.raw = raw
  }
}

extension Attachment {
  /// Every one of the list, also an odd one: a message with four pictures has four attachments.
  static func list(_ body: JSON?) -> [Attachment] {
    guard let body = body?.present else { return [] }
    return (body.array ?? [body]).map { Attachment($0) }
  }

  /// A fallback has its title and link beside `payload`, or in it, or both.
  private init(_ raw: JSON) {
    let type = raw["type"]?.name ?? ""
    let payload = raw["payload"]
    func text(_ name: String) -> String? { payload?[name]?.text ?? raw[name]?.text }
    self.init(
      kind: Kind(type), type: type, url: text("url"), title: text("title"), stickerID: text("sticker_id"),
      attachmentID: text("attachment_id"), mediaID: text("reel_video_id") ?? payload?["id"]?.text,
      coordinates: Coordinates(payload?["coordinates"] ?? raw["coordinates"]),
      booking: type == "appointment_booking" ? Booking(payload) : nil,
      products: payload?["product"]?["elements"]?.array?.compactMap { SharedProduct($0) } ?? [], raw: raw)
  }
}

extension Attachment.Kind {
  init(_ type: String) {
    self =
      switch type {
      case "image": .image
      case "audio": .audio
      case "video": .video
      case "file": .file
      case "sticker": .sticker
      case "fallback": .fallback
      case "reel", "ig_reel": .reel
      case "post", "ig_post": .post
      case "appointment_booking": .booking
      case "template": .template
      case "location": .location
      case "share": .share
      default: .other(type)
      }
  }
}

extension Attachment: Understood {
  var understood: JSON {
    .understood([
      "type": type, "url": url, "title": title, "sticker_id": stickerID, "attachment_id": attachmentID,
      "media_id": mediaID, "coordinates": coordinates, "booking": booking, "products": products,
    ])
  }
}
